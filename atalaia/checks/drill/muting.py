"""Whether inhibition and silences keep alerts back."""

from __future__ import annotations

from atalaia.checks.check import Check, Finding, Severity, Verdict
from atalaia.checks.drill.drilled import SOURCE, drill, late, receivers, undecided
from atalaia.checks.drill.firing import NOT_FIRED, NOT_HANDED_OVER
from atalaia.environment import Effect
from atalaia.exchange.hop import Hop
from atalaia.systems.drill.model import FIRING, INHIBITED, DrillSeen, Part


def _judge_inhibited(seen: tuple[DrillSeen], expected: None) -> Verdict:
    (drilled,) = seen
    if verdict := undecided(drilled):
        return verdict
    promise = f"{INHIBITED} is inhibited, and arrives nowhere"
    came = {str(each) for each in drilled.deliveries if each.alert == INHIBITED and each.status == FIRING}
    return late(drilled, Part.INHIBITS, promise) or [
        Finding(expected=promise, observed=f"it arrived by {where}", hop=Hop.MONITORING.value)
        for where in sorted(came)
    ]


NOT_INHIBITED = Check(
    id="drill.not-inhibited",
    severity=Severity.MAJOR,
    catches="Inhibition that does not work: of an outage that is told already, every consequence is told, "
    "too.",
    remedy="Take inhibit_rules from deploy/alertmanager/alertmanager.yml; both alerts need the labels "
    "in `equal`.",
    source=SOURCE,
    effect=Effect.PAGES,
    targets=receivers,
    observes=drill,
    requires=lambda environment, target: ((NOT_HANDED_OVER, target), (NOT_FIRED, INHIBITED)),
    judge=_judge_inhibited,
)


def _judge_silenced(seen: tuple[DrillSeen], expected: None) -> Verdict:
    (drilled,) = seen
    if verdict := undecided(drilled):
        return verdict
    promise = 'a silence on drill="true" keeps the alert back'
    return late(drilled, Part.SILENCED, promise) or late(
        drilled, Part.HEARD_AGAIN, "a silence that is ended keeps nothing back any more"
    )


NOT_SILENCED = Check(
    id="drill.not-silenced",
    severity=Severity.MAJOR,
    catches="Silences that cannot be set or have no effect: during maintenance everybody is paged.",
    remedy="Let who is on call write to the Alertmanager's API (a proxy before it may refuse POST), and give "
    "it a --storage.path that it can write to.",
    source=SOURCE,
    effect=Effect.PAGES,
    targets=receivers,
    observes=drill,
    requires=lambda environment, target: ((NOT_HANDED_OVER, target),),
    judge=_judge_silenced,
)

CHECKS = (NOT_INHIBITED, NOT_SILENCED)
