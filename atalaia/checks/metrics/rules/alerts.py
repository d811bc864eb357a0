"""The declared alerts: there, with the declared severity, threshold and `for`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.rules.given import Given, alerting_rules, given, rules_in, the_rules
from atalaia.checks.metrics.rules.loaded import all_loaded
from atalaia.environment import Environment
from atalaia.environment.monitoring import Alert
from atalaia.environment.units import format_duration
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.prometheus.promql.meaning import Comparison
from atalaia.systems.prometheus.rules import Rule

_HOP = Hop.MONITORING.value


@dataclass(frozen=True)
class Wanted:
    """A declared alert, and where rules stand."""

    alert: Alert
    given: Given

    @property
    def threshold(self) -> Comparison | None:
        """The declared comparison."""
        text = self.alert.threshold
        if text is None:
            return None
        sign = text.rstrip("-.0123456789 ")
        return Comparison(sign, float(text[len(sign) :]))


def _named(environment: Environment) -> dict[str, Alert]:
    """The declared alerts by what they are called as targets: HighErrorRate-critical."""
    declared = environment.prometheus.alerts if environment.prometheus else ()
    return {f"{alert.alert}-{alert.severity}": alert for alert in declared}


def _alerts(environment: Environment) -> tuple[str, ...] | NotDeclared:
    return tuple(_named(environment)) or NotDeclared("prometheus.alerts")


def _with_threshold(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named = (name for name, alert in _named(environment).items() if alert.threshold)
    return tuple(named) or NotDeclared("prometheus.alerts, each with a threshold")


def _wanted(environment: Environment, target: str) -> Wanted:
    return Wanted(_named(environment)[target], given(environment))


def _judging(
    judge: Callable[[list[Rule], Wanted], Iterator[Finding]],
) -> Callable[[tuple[Exchange], Wanted], Verdict]:
    """A judge of the loaded rules that are called as the alert is."""

    def judge_answer(seen: tuple[Exchange], expected: Wanted) -> Verdict:
        groups = rules_in(seen[0])
        if isinstance(groups, Inconclusive):
            return groups
        return list(judge(list(alerting_rules(groups, expected.alert.alert)), expected))

    return judge_answer


def _missing(rules: list[Rule], wanted: Wanted) -> Iterator[Finding]:
    if not rules:
        told = f"an alerting rule {wanted.alert.alert}"
        yield Finding(expected=told, observed="no rule of that name", hop=_HOP)


def _wrong_severity(rules: list[Rule], wanted: Wanted) -> Iterator[Finding]:
    alert = wanted.alert
    if not any(rule.severity == alert.severity for rule in rules):
        said = " and ".join(
            f"severity: {rule.severity}" if rule.severity else "no severity" for rule in rules
        )
        yield Finding(
            expected=f"{alert.alert} with severity: {alert.severity}",
            observed=said,
            hop=_HOP,
            cause=wanted.given.where(rules[0]),
        )


def _wrong_threshold(rules: list[Rule], wanted: Wanted) -> Iterator[Finding]:
    threshold = wanted.threshold
    assert threshold is not None, "the check's targets have one"
    rules = [rule for rule in rules if rule.severity == wanted.alert.severity]
    if any(threshold in rule.thresholds for rule in rules):
        return
    for rule in rules:
        yield Finding(
            expected=f"{rule.told} fires at {threshold}",
            observed=_instead(rule, threshold),
            hop=_HOP,
            cause=wanted.given.where(rule),
        )


def _instead(rule: Rule, threshold: Comparison) -> str:
    found = rule.thresholds
    expression = " ".join(rule.expression.split())
    if not found:
        return f"no comparison with a number: {expression}"
    told = f"{' and '.join(map(str, found))}: {expression}"
    for one in found:
        if one.operator[:1] == threshold.operator[:1] and _close(one.number, 100 * threshold.number):
            told += f" (a percentage where a ratio is meant: {threshold.number:g} is {one.number:g} %)"
        elif one.operator[:1] == threshold.operator[:1] and _close(100 * one.number, threshold.number):
            told += f" (a ratio where a percentage is meant: {one.number:g} is {threshold.number:g} %)"
    return told


def _close(one: float, other: float) -> bool:
    return one != 0 and abs(one - other) <= 1e-9 * abs(other)


def _wrong_for(rules: list[Rule], wanted: Wanted) -> Iterator[Finding]:
    lasting = wanted.alert.lasting
    rules = [rule for rule in rules if rule.severity == wanted.alert.severity]
    if any(timedelta(seconds=rule.lasting) == lasting for rule in rules):
        return
    for rule in rules:
        yield Finding(
            expected=f"{rule.told} after {format_duration(lasting)}",
            observed=f"for: {format_duration(timedelta(seconds=rule.lasting))}",
            hop=_HOP,
            cause=wanted.given.where(rule),
        )


ALERT_MISSING = Check(
    id="rules.alert-missing",
    severity=Severity.CRITICAL,
    catches="An alert that people rely on and that no rule makes: forgotten, or called otherwise.",
    remedy="Write the rule, or correct its name: its `alert` must be that of prometheus.alerts.",
    source="AtendeAI 2.0 monitoring system, lines 105-113; MT05",
    targets=_alerts,
    observes=lambda environment, target: (the_rules(environment),),
    expects=_wanted,
    requires=lambda environment, target: all_loaded(environment),
    judge=_judging(_missing),
)


def _there(environment: Environment, target: str) -> Needs:
    return ((ALERT_MISSING, target),)


WRONG_SEVERITY = Check(
    id="rules.wrong-severity",
    severity=Severity.CRITICAL,
    catches="An alert with another severity than it should have: what must wake somebody goes to a "
    "channel, or what can wait wakes somebody.",
    remedy="Correct the rule's label `severity`.",
    source="AtendeAI 2.0 monitoring system, lines 105-113",
    targets=_alerts,
    observes=lambda environment, target: (the_rules(environment),),
    expects=_wanted,
    requires=_there,
    judge=_judging(_wrong_severity),
)


def _of_its_severity(environment: Environment, target: str) -> Needs:
    return ((WRONG_SEVERITY, target),)


WRONG_THRESHOLD = Check(
    id="rules.wrong-threshold",
    severity=Severity.CRITICAL,
    catches="An alert that fires at another figure than it should: 5 where 0.05 is meant never fires, as "
    "a ratio is never above 1.",
    remedy="Correct the number in the rule's `expr`: in the unit of the expression, ratios as 0.05.",
    source="AtendeAI 2.0 monitoring system, lines 105-113 and 258-265; MT06",
    targets=_with_threshold,
    observes=lambda environment, target: (the_rules(environment),),
    expects=_wanted,
    requires=_of_its_severity,
    judge=_judging(_wrong_threshold),
)

WRONG_FOR = Check(
    id="rules.wrong-for",
    severity=Severity.MAJOR,
    catches="An alert that waits longer than it should before it fires, or not as long: `for: 10m` for a "
    "service that is down is ten minutes in which nobody knows.",
    remedy="Correct the rule's `for`.",
    source="AtendeAI 2.0 monitoring system, lines 105-113 and 258-265",
    targets=_alerts,
    observes=lambda environment, target: (the_rules(environment),),
    expects=_wanted,
    requires=_of_its_severity,
    judge=_judging(_wrong_for),
)

CHECKS: tuple[Check, ...] = (ALERT_MISSING, WRONG_SEVERITY, WRONG_THRESHOLD, WRONG_FOR)
