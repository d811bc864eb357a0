"""Whether the alert is routed to the declared receiver, and goes nowhere else."""

from __future__ import annotations

from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.drill.drilled import SOURCE, drill, receivers, undecided
from atalaia.checks.drill.firing import NOT_HANDED_OVER
from atalaia.environment import Effect, Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.drill.deliveries import belongs
from atalaia.systems.drill.model import ALERT, DrillSeen


def _receiver(environment: Environment, target: str) -> str:
    return target


def _judge_routed(seen: tuple[DrillSeen], expected: str) -> Verdict:
    (drilled,) = seen
    if verdict := undecided(drilled):
        return verdict
    if drilled.receivers == (expected,):
        return []
    return [
        Finding(
            expected=f'the Alertmanager routes drill="true" to {expected}, and to no other receiver',
            observed=f"it routes it to {', '.join(drilled.receivers) or 'no receiver'}",
            hop=Hop.MONITORING.value,
        )
    ]


NOT_ROUTED = Check(
    id="drill.not-routed",
    severity=Severity.CRITICAL,
    catches="A route that is missing, or stands behind one that takes the alert first, or goes on to others: "
    "drills wake people, or reach nobody.",
    remedy='Let the first of the routes in alertmanager.yml match drill="true", without continue.',
    source=SOURCE,
    effect=Effect.PAGES,
    targets=receivers,
    observes=drill,
    expects=_receiver,
    requires=lambda environment, target: ((NOT_HANDED_OVER, target),),
    judge=_judge_routed,
)


def _told(environment: Environment) -> tuple[str, ...] | NotDeclared:
    if environment.drill and not environment.drill.deliveries:
        return NotDeclared("drill.deliveries")
    return receivers(environment)


def _judge_elsewhere(seen: tuple[DrillSeen], expected: str) -> Verdict:
    (drilled,) = seen
    if verdict := undecided(drilled):
        return verdict
    if drilled.unread:
        return Inconclusive(f"what was delivered could not be read: {drilled.unread}")
    strays = [
        each for each in drilled.deliveries
        if each.alert == ALERT and not belongs(each, drilled.channels, expected)
    ]  # fmt: skip
    meant = ", ".join(map(str, drilled.channels))
    return [
        Finding(
            expected=f"a drill arrives at the channels of {expected} only: {meant}",
            observed=f"it arrived by {stray}, too",
            hop=Hop.MONITORING.value,
        )
        for stray in dict.fromkeys(map(str, strays))
    ]


ELSEWHERE = Check(
    id="drill.delivered-elsewhere",
    severity=Severity.MAJOR,
    catches="A receiver of drills with a channel that is not meant for them: customers, or all of the "
    "company, are told of an outage that is none.",
    remedy="Take the channel out of the receiver in the running Alertmanager, or declare it in its "
    "configuration.",
    source=SOURCE,
    effect=Effect.PAGES,
    targets=_told,
    observes=drill,
    expects=_receiver,
    requires=lambda environment, target: ((NOT_ROUTED, target),),
    judge=_judge_elsewhere,
)

CHECKS = (NOT_ROUTED, ELSEWHERE)
