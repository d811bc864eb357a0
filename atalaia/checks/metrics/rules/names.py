"""Rules name metrics and labels that exist (MT04)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.metrics.asking import ready
from atalaia.checks.metrics.known_names import all_names, listed, names_in
from atalaia.checks.metrics.rules.evaluation import with_prometheus
from atalaia.checks.metrics.rules.given import Given, given, rules_in, the_rules
from atalaia.checks.observables import bare
from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Observable
from atalaia.systems.prometheus.label_names import Labelled, LabelNames
from atalaia.systems.prometheus.metric_list import MetricList
from atalaia.systems.prometheus.names import Names
from atalaia.systems.prometheus.promql import Findings, NotPromQL, examine, parse
from atalaia.systems.prometheus.rules import Rule

Seen = tuple[Exchange, Exchange, Exchange, Labelled]


@dataclass(frozen=True)
class Expected:
    """What rules may name, and where they stand."""

    listed: MetricList | None
    given: Given


def _observes(environment: Environment, target: str) -> tuple[Observable, ...]:
    url = endpoints(environment)["prometheus"]
    labels = LabelNames(key="labels of the rules' metrics", hop=Hop.MONITORING, url=bare(url), of_rules=True)
    return (the_rules(environment), *all_names(environment), labels)


def _judging(
    judge: Callable[[Rule, Findings], Iterator[tuple[str, str]]],
) -> Callable[[Seen, Expected], Verdict]:
    """A judge of every rule's expression; what Prometheus itself would not have loaded is none."""

    def judge_rules(seen: Seen, expected: Expected) -> Verdict:
        groups = rules_in(seen[0])
        if isinstance(groups, Inconclusive):
            return groups
        rules = [rule for loaded in groups for rule in loaded.group.rules]
        known = names_in(seen[1], seen[2], seen[3], rules, expected.listed)
        if isinstance(known, Inconclusive):
            return known
        return [
            Finding(
                expected=promise, observed=problem, hop=Hop.MONITORING.value, cause=expected.given.where(rule)
            )
            for rule in rules
            for promise, problem in judge(rule, _examined(rule, known))
        ]

    return judge_rules


def _examined(rule: Rule, known: Names) -> Findings:
    try:
        return examine(parse(rule.expression), known)
    except NotPromQL:
        # Prometheus has loaded it: it is newer than what is read here.
        return Findings()


def _unknown_metrics(rule: Rule, found: Findings) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(found.unknown_metrics):
        yield f"{rule.told} asks for metrics that exist", f"{name}: neither in Prometheus nor in the list"


def _unknown_labels(rule: Rule, found: Findings) -> Iterator[tuple[str, str]]:
    for problem in dict.fromkeys(found.unknown_labels):
        yield f"{rule.told} asks for labels that exist", problem


UNKNOWN_METRIC = Check(
    id="rules.unknown-metric",
    severity=Severity.CRITICAL,
    catches="A rule over a metric that nobody exports, which never fires and never says why: misspelt, "
    "renamed by a new version of the exporter, or of another exporter.",
    remedy="Correct the name in the rule's `expr`, or, where the metric is only there at times, add it to "
    "the list of metrics (metrics.names).",
    source="MT04; cloudflare/pint promql/series",
    targets=with_prometheus,
    observes=_observes,
    expects=lambda environment, target: Expected(listed(environment), given(environment)),
    requires=lambda environment, target: ready("prometheus"),
    judge=_judging(_unknown_metrics),
)

UNKNOWN_LABEL = Check(
    id="rules.unknown-label",
    severity=Severity.CRITICAL,
    catches="A rule that selects or sums by a label that its metric has not: `code` where the service "
    "says `status`. The selector is empty, and the alert never fires.",
    remedy="Correct the label in the rule's `expr`: Prometheus' own page lists those of a metric.",
    source="MT04; cloudflare/pint promql/series",
    targets=with_prometheus,
    observes=_observes,
    expects=lambda environment, target: Expected(listed(environment), given(environment)),
    requires=lambda environment, target: ready("prometheus"),
    judge=_judging(_unknown_labels),
)

CHECKS: tuple[Check, ...] = (UNKNOWN_METRIC, UNKNOWN_LABEL)
