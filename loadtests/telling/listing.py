"""The scenarios that there are, and the runs that there were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from atalaia.environment.units import format_duration
from loadtests.document import LoadRecord
from loadtests.scenario import Scenario
from loadtests.telling.table import aligned
from loadtests.verdict import told
from reports.screen import Lead, Screen


def listing(scenarios: Mapping[str, Scenario], screen: Screen) -> Iterator[str]:
    """Of each: name, how much and how long, what for."""
    names = sorted(scenarios)
    rows = [(screen.safe(name, 40), *_size(scenarios[name])) for name in names]
    for name, line in zip(names, aligned(rows, frozenset({1, 2})), strict=True):
        yield from screen.hang(Lead(f"{line}  "), screen.safe(scenarios[name].description or ""))


def past(records: Sequence[LoadRecord], screen: Screen) -> Iterator[str]:
    """A line each."""
    if not records:
        yield "no load test has been run here"
        return
    rows = [("run", "scenario", "environment", "", "p50", "p95", "p99", "good")]
    rows += [_run(record, screen) for record in records]
    yield from aligned(rows, frozenset({4, 5, 6, 7}))


def _run(record: LoadRecord, screen: Screen) -> tuple[str, str, str, str, str, str, str, str]:
    times, lasted = record.requests.corrected, record.ended - record.began
    return (
        screen.safe(record.run, 40),
        screen.safe(record.configuration.scenario, 30),
        screen.safe(record.environment, 30),
        record.verdict.outcome.value,
        told.seconds(times.p50),
        told.seconds(times.p95),
        told.seconds(times.p99),
        told.rate(record.requests.good / lasted) if lasted > 0 else "-",
    )


def _size(scenario: Scenario) -> tuple[str, str]:
    """The highest rate, and how long it all takes."""
    if scenario.breakpoint:
        return f"to {told.rate(scenario.breakpoint.to)}", "a search"
    peak = max(max(stage.rates) for stage in scenario.stages)
    lasts = sum((stage.lasts for stage in scenario.stages[1:]), scenario.stages[0].lasts)
    return told.rate(peak), format_duration(lasts)
