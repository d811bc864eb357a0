"""Panels ask for metrics and labels that exist, in PromQL (MT04, MT09)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.asking import ready
from atalaia.checks.metrics.dashboards.panels import UNKNOWN_SOURCE
from atalaia.checks.metrics.dashboards.present import LEFT_FROM_EXPORT
from atalaia.checks.metrics.dashboards.walked import board_of, dashboards, sources_of, the_walk
from atalaia.checks.metrics.known_names import all_names, listed, names_in
from atalaia.checks.metrics.rules.given import rules_in, the_rules
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Observable
from atalaia.systems.grafana.queries import PROMETHEUS, Asked, asked, source_of
from atalaia.systems.grafana.walk import Walked
from atalaia.systems.prometheus.metric_list import MetricList
from atalaia.systems.prometheus.promql import Findings, NotPromQL, examine, parse

_HOP = Hop.MONITORING.value


def _queries(walked: Walked, title: str) -> list[Asked] | Inconclusive:
    """A dashboard's queries in PromQL."""
    board, sources = board_of(walked, title), sources_of(walked)
    if isinstance(board, Inconclusive):
        return board
    if isinstance(sources, (list, Inconclusive)):
        return sources if isinstance(sources, Inconclusive) else Inconclusive("no data sources were told")
    found = []
    for one in asked(board):
        source = source_of(one.source, sources)
        if source is not None and source.type == PROMETHEUS:
            found.append(one)
    return found


def _judge_unreadable(seen: tuple[Walked], expected: str) -> Verdict:
    queries = _queries(seen[0], expected)
    if isinstance(queries, Inconclusive):
        return queries
    findings = []
    for one in queries:
        try:
            parse(one.expression)
        except NotPromQL as error:
            findings.append(_finding(one, expected, "a query in PromQL", str(error)))
    return findings


def _finding(one: Asked, title: str, promise: str, observed: str) -> Finding:
    return Finding(
        expected=f"“{one.panel.title}” of {title} has {promise}",
        observed=f"query {one.ref}: {observed}",
        hop=_HOP,
    )


def _needs(environment: Environment, target: str) -> Needs:
    return ((LEFT_FROM_EXPORT, target), (UNKNOWN_SOURCE, target))


UNREADABLE_QUERY = Check(
    id="dashboards.unreadable-query",
    severity=Severity.CRITICAL,
    catches="A panel whose query Prometheus refuses: a bracket is missing, or a variable that nobody "
    "defines stands where a duration should.",
    remedy="Correct the panel's query; Grafana's query inspector shows it as it is sent.",
    source="MT09; grafana/dashboard-linter, promql",
    targets=dashboards,
    observes=lambda environment, target: (the_walk(environment),),
    expects=lambda environment, target: target,
    requires=_needs,
    judge=_judge_unreadable,
)


@dataclass(frozen=True)
class Expected:
    """A dashboard, and what its panels may name."""

    title: str
    listed: MetricList | None


Seen = tuple[Walked, Exchange, Exchange, Exchange]


def _with_prometheus(environment: Environment) -> tuple[str, ...] | NotDeclared:
    return dashboards(environment) if environment.prometheus else NotDeclared("prometheus")


def _observes(environment: Environment, target: str) -> tuple[Observable, ...]:
    return (the_walk(environment), *all_names(environment), the_rules(environment))


def _readable(environment: Environment, target: str) -> Needs:
    return all_of(((UNREADABLE_QUERY, target),), ready("prometheus"))


def _expects(environment: Environment, target: str) -> Expected:
    return Expected(target, listed(environment))


def _judging(judge: Callable[[Findings], Iterator[tuple[str, str]]]) -> Callable[[Seen, Expected], Verdict]:
    def judge_queries(seen: Seen, expected: Expected) -> Verdict:
        walked, metrics, labels, told = seen
        queries, groups = _queries(walked, expected.title), rules_in(told)
        if isinstance(queries, Inconclusive):
            return queries
        if isinstance(groups, Inconclusive):
            return groups
        rules = [rule for loaded in groups for rule in loaded.group.rules]
        known = names_in(metrics, labels, walked.labelled, rules, expected.listed)
        if isinstance(known, Inconclusive):
            return known
        return [
            _finding(one, expected.title, promise, problem)
            for one in queries
            for promise, problem in judge(examine(parse(one.expression), known))
        ]

    return judge_queries


def _unknown_metrics(found: Findings) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(found.unknown_metrics):
        yield "only metrics that exist", f"{name}: neither in Prometheus nor in the list"


def _unknown_labels(found: Findings) -> Iterator[tuple[str, str]]:
    for problem in dict.fromkeys(found.unknown_labels):
        yield "only labels that exist", problem


UNKNOWN_METRIC = Check(
    id="dashboards.unknown-metric",
    severity=Severity.MAJOR,
    catches="A panel over a metric that nobody exports: it shows “No data”, as if nothing happened.",
    remedy="Correct the name in the panel's query, or, where the metric is only there at times, add it to "
    "the list of metrics (metrics.names).",
    source="MT04; cloudflare/pint promql/series",
    targets=_with_prometheus,
    observes=_observes,
    expects=_expects,
    requires=_readable,
    judge=_judging(_unknown_metrics),
)

UNKNOWN_LABEL = Check(
    id="dashboards.unknown-label",
    severity=Severity.MAJOR,
    catches="A panel that selects or sums by a label that its metric has not: it is empty, or one line "
    "where many were meant.",
    remedy="Correct the label in the panel's query: Prometheus' own page lists those of a metric.",
    source="MT04; cloudflare/pint promql/series",
    targets=_with_prometheus,
    observes=_observes,
    expects=_expects,
    requires=_readable,
    judge=_judging(_unknown_labels),
)

CHECKS: tuple[Check, ...] = (UNREADABLE_QUERY, UNKNOWN_METRIC, UNKNOWN_LABEL)
