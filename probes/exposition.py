"""A run as a page of metrics, in the text format 0.0.4."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from probes import metrics
from probes.labels import Labels, of_probe, of_run
from probes.metrics import BY_NAME, METRICS, Metric
from probes.model import ProbeResult, Reason, Run
from probes.totals import EDGES, Counters, Totals

_PHASES = {"http": metrics.HTTP_PHASES, "dns": metrics.DNS_PHASES}
_EDGES = (*(f"{edge:g}" for edge in EDGES), "+Inf")


def expose(run: Run, counters: Counters | None) -> str:
    """The page: of an invalid run only that it is.

    `run.results` are all probes of the vantage, those included that were not due and whose last result
    came from the state; `counters` is None where the state file cannot be used. Raises ValueError for a
    metric that the catalogue does not know: a defect of a kind.
    """
    page = _Page()
    if run.valid:
        for result in run.results:
            if not result.planned.expects_failure:
                _result(page, run, result)
                totals = counters.of.get(result.planned.name) if counters else None
                if totals:
                    count(page, of_probe(run, result.planned), totals)
    _run(page, run, counters)
    return page.text()


class _Page:
    """Lines by metric."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {metric.name: [] for metric in METRICS}

    def add(self, metric: Metric, labels: str, value: float, suffix: str = "") -> None:
        """One sample; what is no number was not measured."""
        if not math.isnan(value):
            self._lines[metric.name].append(f"{metric.name}{suffix}{{{labels}}} {number(value)}\n")

    def text(self) -> str:
        """Every metric that has samples, its type and meaning first."""
        parts = []
        for metric in METRICS:
            if lines := self._lines[metric.name]:
                parts += [f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} {metric.type}\n", *lines]
        return "".join(parts)


def number(value: float) -> str:
    """A value as it is written: whole numbers without a point, seconds to the nanosecond."""
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(round(value, 9))


def _run(page: _Page, run: Run, counters: Counters | None) -> None:
    labels = str(of_run(run))
    page.add(metrics.LAST_RUN, labels, run.finished)
    page.add(metrics.INTERVAL, labels, run.interval.total_seconds())
    page.add(metrics.RUN_DURATION, labels, max(run.finished - run.started, 0.0))
    page.add(metrics.VALID, labels, run.valid)
    if run.valid:
        page.add(metrics.COUNTING, labels, counters is not None)
        if counters:
            page.add(metrics.SINCE, labels, counters.since)


def _result(page: _Page, run: Run, result: ProbeResult) -> None:
    planned, last = result.planned, result.last
    labels = of_probe(run, planned)
    text = str(labels)
    page.add(metrics.SUCCESS, text, result.success)
    page.add(metrics.DURATION, text, last.duration)
    page.add(metrics.TIMEOUT, text, planned.timeout.total_seconds())
    page.add(metrics.TIME, text, last.started)
    page.add(metrics.PLANNED_INTERVAL, text, planned.interval.total_seconds())
    if "resolve" in last.phases and metrics.LOOKUP.name not in last.facts:
        page.add(metrics.LOOKUP, text, last.phases["resolve"])
    phases = _PHASES.get(planned.kind, metrics.PHASES)
    for phase, seconds in last.phases.items():
        page.add(phases, str(labels.also(phase=phase)), seconds)
    for name, value in last.facts.items():
        page.add(_known(name, ()), text, value)
    for name, told in last.information.items():
        metric = _known(name, tuple(told))
        page.add(metric, str(labels.also(**told)), 1)
    if not result.success:
        page.add(metrics.FAILURE, str(labels.also(reason=last.reason or Reason.UNMEASURED)), 1)
        if run.guilty.get(planned.group) == planned.hop:
            page.add(metrics.GUILTY, text, 1)


def count(page: _Page, labels: Labels, totals: Totals) -> None:
    """The counters and the histogram of one probe."""
    text = str(labels)
    for metric, value, suffix, more in counted(totals):
        page.add(metric, str(labels.also(**more)) if more else text, value, suffix)


def counted(totals: Totals) -> Iterator[tuple[Metric, float, str, Mapping[str, str]]]:
    """Each sample of a probe's totals: metric, value, suffix of the name, further labels."""
    yield metrics.RUNS, totals.runs, "", {}
    yield metrics.ATTEMPTS, totals.attempts, "", {}
    yield metrics.SUCCESSES, totals.successes, "", {}
    yield metrics.FIRST_TRY, totals.first_try, "", {}
    below = 0
    for edge, runs in zip(_EDGES, totals.buckets, strict=True):
        below += runs
        yield metrics.HISTOGRAM, below, "_bucket", {"le": edge}
    yield metrics.HISTOGRAM, totals.seconds, "_sum", {}
    yield metrics.HISTOGRAM, totals.runs, "_count", {}


def _known(name: str, labels: tuple[str, ...]) -> Metric:
    metric = BY_NAME.get(name)
    if metric is None or set(metric.labels) != set(labels):
        raise ValueError(
            f"{name} with the labels {sorted(labels)} is not in the catalogue, probes/metrics.py"
        )
    return metric
