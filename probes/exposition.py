"""A run as a page of metrics, in the text format 0.0.4."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.systems.prometheus.written import number
from probes import metrics
from probes.labels import of_probe, of_run
from probes.metrics import METRICS
from probes.model import ProbeResult, Run
from probes.samples import Sample, counted, measured
from probes.totals import Counters


def expose(run: Run, counters: Counters | None) -> str:
    """The page: of an invalid run only that it is.

    `run.results` are all probes of the vantage, those included that were not due and whose last result
    came from the state; `counters` is None where the state file cannot be used. Raises ValueError for a
    metric that the catalogue does not know: a defect of a kind.
    """
    lines: dict[str, list[str]] = {metric.name: [] for metric in METRICS}
    for sample in _samples(run, counters):
        lines[sample.metric.name].append(f"{sample.series} {number(sample.value)}\n")
    parts = []
    for metric in METRICS:
        if found := lines[metric.name]:
            parts += [f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} {metric.type}\n", *found]
    return "".join(parts)


def _samples(run: Run, counters: Counters | None) -> Iterator[Sample]:
    if run.valid:
        for result in run.results:
            if not result.planned.expects_failure:
                yield from _of_probe(run, result, counters)
    labels = str(of_run(run))
    yield Sample(metrics.LAST_RUN, labels, _up_to_date(run))
    yield Sample(metrics.INTERVAL, labels, run.interval.total_seconds())
    yield Sample(metrics.RUN_DURATION, labels, max(run.finished - run.started, 0.0))
    yield Sample(metrics.VALID, labels, run.valid)
    if run.valid:
        yield Sample(metrics.COUNTING, labels, counters is not None)
        if counters:
            yield Sample(metrics.SINCE, labels, counters.since)


def _up_to_date(run: Run) -> float:
    """When the last run ended that left no probe overdue: of a whole run its own end.

    A run of some probes takes the last results of the others along; it must not make them look fresh where
    nothing has probed them for long.
    """
    late = [0.0]
    if not run.whole:
        ages = ((run.finished - each.last.started, each.planned.interval) for each in run.results)
        late += [age - interval.total_seconds() for age, interval in ages]
    return run.finished - max(late)


def _of_probe(run: Run, result: ProbeResult, counters: Counters | None) -> Iterator[Sample]:
    planned = result.planned
    labels = of_probe(run, planned)
    yield from measured(labels, result)
    yield Sample(metrics.TIMEOUT, str(labels), planned.timeout.total_seconds())
    yield Sample(metrics.PLANNED_INTERVAL, str(labels), planned.interval.total_seconds())
    if not result.success and run.guilty.get(planned.group) == planned.hop:
        yield Sample(metrics.GUILTY, str(labels), 1)
    if totals := counters.of.get(planned.name) if counters else None:
        yield from counted(labels, totals)
