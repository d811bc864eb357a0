"""Whether Prometheus evaluates its rules, and succeeds (MT05)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.asking import ready, unanswered, unreadable
from atalaia.checks.metrics.rules.given import Given, given, the_rules
from atalaia.environment import Environment
from atalaia.environment.units import format_duration
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.clock import answered_at
from atalaia.systems.prometheus.rules_api import NEVER, Loaded, read_rules


def with_prometheus(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Prometheus, where it is declared."""
    return ("prometheus",) if environment.prometheus else NotDeclared("prometheus")


def _judge(seen: tuple[Exchange], expected: Given) -> Verdict:
    (exchange,) = seen
    promise = "Prometheus tells its rules"
    if verdict := unanswered(exchange, promise):
        return verdict
    assert exchange.response is not None, "it is answered"
    if exchange.response.truncated:
        return Inconclusive("Prometheus has more rules than can be read whole")
    groups = read_rules(exchange.response.body)
    if isinstance(groups, Unreadable):
        return unreadable(groups, promise)
    now = answered_at(exchange)
    findings = [finding for group in groups for finding in _findings(group, now, expected)]
    never = [group.group.name for group in groups if group.evaluated == NEVER and group.group.rules]
    if never and not findings:
        return Inconclusive(f"not evaluated since Prometheus has loaded them: {', '.join(never)}")
    return findings


def _findings(group: Loaded, now: float, declared: Given) -> Iterator[Finding]:
    for one in group.health:
        if one.state == "err":
            yield Finding(
                expected=f"{one.rule.told} can be evaluated",
                observed=one.error or "its health is err, without a word why",
                hop=Hop.MONITORING.value,
                cause=declared.where(one.rule),
            )
    if group.late(now):
        yield Finding(
            expected=f"the group {group.group.name} is evaluated every {_duration(group.interval)}",
            observed=f"last evaluated {_duration(round(now - group.evaluated))} before",
            hop=Hop.MONITORING.value,
        )


def _duration(seconds: float) -> str:
    return format_duration(timedelta(seconds=seconds))


FAILING = Check(
    id="rules.failing",
    severity=Severity.CRITICAL,
    catches="A rule that is loaded and cannot be evaluated, which `promtool check rules` does not see: "
    "series that match many to many, two results with the same labels; or a group that is evaluated no "
    "more.",
    remedy="Put the expression into Prometheus' own page and give its operators `on` and `group_left`, or "
    "sum before; where a group is late, raise its `interval` or record a part of it.",
    source="MT05; Prometheus' HTTP API, /api/v1/rules",
    targets=with_prometheus,
    observes=lambda environment, target: (the_rules(environment),),
    expects=lambda environment, target: given(environment),
    requires=lambda environment, target: ready("prometheus"),
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (FAILING,)
