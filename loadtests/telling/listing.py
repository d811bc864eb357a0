"""The scenarios that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from atalaia.environment.units import format_duration
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


def _size(scenario: Scenario) -> tuple[str, str]:
    """The highest rate, and how long it all takes."""
    if scenario.breakpoint:
        return f"to {told.rate(scenario.breakpoint.to)}", "a search"
    peak = max(max(stage.rates) for stage in scenario.stages)
    lasts = sum((stage.lasts for stage in scenario.stages[1:]), scenario.stages[0].lasts)
    return told.rate(peak), format_duration(lasts)
