"""Panels ask a data source that is there, and say of what their numbers are."""

from __future__ import annotations

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.metrics.dashboards.present import LEFT_FROM_EXPORT, there
from atalaia.checks.metrics.dashboards.walked import board_of, dashboards, sources_of, the_walk
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.grafana.queries import BUILT_IN, asked, source_of, without_unit
from atalaia.systems.grafana.walk import Walked

_HOP = Hop.MONITORING.value


def _judge_source(seen: tuple[Walked], expected: str) -> Verdict:
    board, sources = board_of(seen[0], expected), sources_of(seen[0])
    if isinstance(board, Inconclusive):
        return board
    if isinstance(sources, (list, Inconclusive)):
        return sources
    unknown: dict[str, list[str]] = {}
    for one in asked(board):
        # A variable that nobody gives a value to is one of another kind: $datasource.
        if one.source in BUILT_IN or "$" in one.source or source_of(one.source, sources):
            continue
        unknown.setdefault(one.source, []).append(f"“{one.panel.title}”")
    return [
        Finding(
            expected=f"the panels of {expected} ask data sources that Grafana has",
            observed=f"{', '.join(dict.fromkeys(panels))}: {source or 'the default one, which there is not'}",
            hop=_HOP,
        )
        for source, panels in unknown.items()
    ]


def _not_exported(environment: Environment, target: str) -> Needs:
    return ((LEFT_FROM_EXPORT, target),)


UNKNOWN_SOURCE = Check(
    id="dashboards.unknown-datasource",
    severity=Severity.CRITICAL,
    catches="A panel that asks a data source by a uid of another Grafana: “Datasource was not found”.",
    remedy="Give the data source a fixed `uid` in provisioning/datasources/, and use that in the dashboard.",
    source="MT09; grafana/dashboard-linter",
    targets=dashboards,
    observes=lambda environment, target: (the_walk(environment),),
    expects=lambda environment, target: target,
    requires=_not_exported,
    judge=_judge_source,
)


def _judge_unit(seen: tuple[Walked], expected: str) -> Verdict:
    board = board_of(seen[0], expected)
    if isinstance(board, Inconclusive):
        return board
    return [
        Finding(expected=f"“{panel.title}” of {expected} has a unit", observed="none is set", hop=_HOP)
        for panel in without_unit(board)
    ]


UNIT_MISSING = Check(
    id="dashboards.unit-missing",
    severity=Severity.MINOR,
    catches="A panel whose numbers say nothing: 0.2 may be seconds, per cent, or requests.",
    remedy="Set the panel's standard option Unit; `short` or `none` where there is none.",
    source="MT09; grafana/dashboard-linter, panel-units",
    targets=dashboards,
    observes=lambda environment, target: (the_walk(environment),),
    expects=lambda environment, target: target,
    requires=there,
    judge=_judge_unit,
)

CHECKS: tuple[Check, ...] = (UNKNOWN_SOURCE, UNIT_MISSING)
