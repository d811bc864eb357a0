"""The samples of results and totals, by the catalogue: what pages and backfilled blocks are made of."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from probes import metrics
from probes.labels import Labels
from probes.metrics import BY_NAME, Metric
from probes.model import ProbeResult, Reason
from probes.totals import EDGES, Totals

_PHASES = {"http": metrics.HTTP_PHASES, "dns": metrics.DNS_PHASES}
_EDGES = (*(f"{edge:g}" for edge in EDGES), "+Inf")


class Sample(NamedTuple):
    """One series and its value."""

    metric: Metric
    labels: str
    value: float
    suffix: str = ""
    """What its name has beyond the metric's: `_bucket`."""

    @property
    def series(self) -> str:
        """Name and labels, as they are written."""
        return f"{self.metric.name}{self.suffix}{{{self.labels}}}"


def measured(labels: Labels, result: ProbeResult) -> Iterator[Sample]:
    """What a result tells; what was not measured is absent. Raises ValueError for what is in no catalogue."""
    last, text = result.last, str(labels)
    yield Sample(metrics.SUCCESS, text, result.success)
    yield Sample(metrics.DURATION, text, last.duration)
    yield Sample(metrics.TIME, text, last.started)
    if "resolve" in last.phases and metrics.LOOKUP.name not in last.facts:
        yield Sample(metrics.LOOKUP, text, last.phases["resolve"])
    phases = _PHASES.get(result.planned.kind, metrics.PHASES)
    for phase, seconds in last.phases.items():
        if not math.isnan(seconds):
            yield Sample(phases, str(labels.also(phase=phase)), seconds)
    for name, value in last.facts.items():
        if not math.isnan(value):
            yield Sample(_known(name, ()), text, value)
    for name, told in last.information.items():
        yield Sample(_known(name, tuple(told)), str(labels.also(**told)), 1)
    if not result.success:
        yield Sample(metrics.FAILURE, str(labels.also(reason=last.reason or Reason.UNMEASURED)), 1)


def counted(labels: Labels, totals: Totals) -> Iterator[Sample]:
    """The counters and the histogram of a probe."""
    text = str(labels)
    yield Sample(metrics.RUNS, text, totals.runs)
    yield Sample(metrics.ATTEMPTS, text, totals.attempts)
    yield Sample(metrics.SUCCESSES, text, totals.successes)
    yield Sample(metrics.FIRST_TRY, text, totals.first_try)
    yield Sample(metrics.IN_A_ROW, text, totals.failing)
    below = 0
    for edge, runs in zip(_EDGES, totals.buckets, strict=True):
        below += runs
        yield Sample(metrics.HISTOGRAM, f'{text},le="{edge}"', below, "_bucket")
    yield Sample(metrics.HISTOGRAM, text, totals.seconds, "_sum")
    yield Sample(metrics.HISTOGRAM, text, totals.runs, "_count")


def _known(name: str, labels: tuple[str, ...]) -> Metric:
    metric = BY_NAME.get(name)
    if metric is None or set(metric.labels) != set(labels):
        raise ValueError(
            f"{name} with the labels {sorted(labels)} is not in the catalogue, probes/metrics.py"
        )
    return metric
