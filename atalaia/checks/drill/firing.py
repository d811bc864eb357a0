"""Whether the alert fires, and the Alertmanager hears of it."""

from __future__ import annotations

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check, NotDeclared, Severity, Verdict
from atalaia.checks.drill.drilled import SOURCE, drill, late, receivers, systems_ready, undecided, undeclared
from atalaia.environment import Effect, Environment
from atalaia.systems.drill.model import ALERT, INHIBITED, DrillSeen, Part


def _alerts(environment: Environment) -> tuple[str, ...] | NotDeclared:
    return undeclared(environment) or (ALERT, INHIBITED)


def _needs(environment: Environment, target: str) -> Needs:
    needs = systems_ready(environment, target)
    return needs if target == ALERT else (*needs, (NOT_FIRED, ALERT))


def _judge_fired(seen: tuple[DrillSeen], expected: str) -> Verdict:
    (drilled,) = seen
    if verdict := undecided(drilled):
        return verdict
    promise = f"{expected} fires in Prometheus within {drilled.within:g} s of the push"
    pushed = drilled.leg(Part.PUSHED)
    if pushed and not pushed.reached:
        return late(drilled, Part.PUSHED, promise)
    return late(drilled, Part.FIRES if expected == ALERT else Part.FIRES_TOO, promise)


NOT_FIRED = Check(
    id="drill.not-fired",
    severity=Severity.CRITICAL,
    catches="An alert that does not fire though its condition holds: the Pushgateway is not scraped, the "
    "rules are not loaded, or Prometheus has stopped to evaluate them.",
    remedy="Load deploy/prometheus/rules/drill.yml (rule_files), and let Prometheus scrape the Pushgateway "
    "with honor_labels: true.",
    source=SOURCE,
    effect=Effect.PAGES,
    targets=_alerts,
    observes=drill,
    expects=lambda environment, target: target,
    requires=_needs,
    judge=_judge_fired,
)


def _judge_handed_over(seen: tuple[DrillSeen], expected: None) -> Verdict:
    (drilled,) = seen
    promise = f"the Alertmanager has the alert within {drilled.within:g} s of its firing"
    return undecided(drilled) or late(drilled, Part.HANDED_OVER, promise)


NOT_HANDED_OVER = Check(
    id="drill.not-handed-over",
    severity=Severity.CRITICAL,
    catches="Alerts that fire in Prometheus and never reach the Alertmanager: another address, no "
    "connection, or relabelling that drops them.",
    remedy="Correct alerting.alertmanagers in prometheus.yml, or alert_relabel_configs there.",
    source=SOURCE,
    effect=Effect.PAGES,
    targets=receivers,
    observes=drill,
    requires=lambda environment, target: ((NOT_FIRED, ALERT),),
    judge=_judge_handed_over,
)

CHECKS = (NOT_FIRED, NOT_HANDED_OVER)
