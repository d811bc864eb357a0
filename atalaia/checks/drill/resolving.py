"""Whether the alert ends, people are told so, and nothing is left behind."""

from __future__ import annotations

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.drill.arriving import NOT_DELIVERED, channel_of, channel_targets
from atalaia.checks.drill.drilled import SOURCE, drill, late, receivers, undecided
from atalaia.checks.drill.firing import NOT_FIRED
from atalaia.environment import Effect, Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.drill.model import ALERT, EXPIRES, Channel, DrillSeen, Part


def _judge_resolved(seen: tuple[DrillSeen], expected: None) -> Verdict:
    (drilled,) = seen
    promise = f"the alert resolves within {drilled.within:g} s of the push being taken back"
    return undecided(drilled) or late(drilled, Part.RESOLVED, promise)


NOT_RESOLVED = Check(
    id="drill.not-resolved",
    severity=Severity.MAJOR,
    catches="Alerts that go on when their cause is gone: a rule that looks back too far, a keep_firing_for "
    "that is too long, an Alertmanager that is not told of the end.",
    remedy="Take rules/drill.yml as it stands in deploy/; look for keep_firing_for, and for other Prometheus "
    "servers that send the same alert.",
    source=SOURCE,
    effect=Effect.PAGES,
    targets=receivers,
    observes=drill,
    requires=lambda environment, target: ((NOT_FIRED, ALERT),),
    judge=_judge_resolved,
)


def _arrived(environment: Environment, target: str) -> Needs:
    assert environment.drill, "the check's targets have it"
    return ((NOT_DELIVERED, target), (NOT_RESOLVED, environment.drill.receiver))


def _judge_told(seen: tuple[DrillSeen], expected: Channel | None) -> Verdict:
    (drilled,) = seen
    if verdict := undecided(drilled):
        return verdict
    if drilled.unread:
        return Inconclusive(f"what was delivered could not be read: {drilled.unread}")
    leg = drilled.leg(Part.TOLD_RESOLVED)
    if leg is None:
        return [] if expected and not expected.resolved else Inconclusive("the drill did not come so far")
    return [
        Finding(
            expected=f"that the drill is over arrives by {channel} within {drilled.within:g} s",
            observed=f"nothing arrived there in {leg.seconds:.1f} s",
            hop=Hop.MONITORING.value,
        )
        for channel in drilled.unresolved
        if expected in {None, channel}
    ]


RESOLUTION_NOT_DELIVERED = Check(
    id="drill.resolution-not-delivered",
    severity=Severity.MINOR,
    catches="A channel that tells of an alert and not of its end: people look for what is over.",
    remedy="Set send_resolved: true at this channel of the receiver.",
    source=SOURCE,
    effect=Effect.PAGES,
    targets=channel_targets,
    observes=drill,
    expects=channel_of,
    requires=_arrived,
    judge=_judge_told,
)


def _judge_left(seen: tuple[DrillSeen], expected: None) -> Verdict:
    (drilled,) = seen
    return undecided(drilled) or [
        Finding(
            expected="nothing is left of a drill: no group in the Pushgateway, no silence",
            observed=f"there is still {what}",
            hop=Hop.MONITORING.value,
        )
        for what in drilled.left
    ]


LEFT_BEHIND = Check(
    id="drill.left-behind",
    severity=Severity.MINOR,
    catches="A drill that cannot be taken back: whoever pushes to this Pushgateway may not delete there, and "
    "what was pushed lies there for ever.",
    remedy="Let DELETE /metrics/job/atalaia-drill/instance/NAME through to the Pushgateway. "
    f"The rules take a drill for over {EXPIRES:g} s after its beginning, whatever is left.",
    source=SOURCE,
    effect=Effect.PAGES,
    targets=receivers,
    observes=drill,
    requires=lambda environment, target: ((NOT_FIRED, ALERT),),
    judge=_judge_left,
)

CHECKS = (NOT_RESOLVED, RESOLUTION_NOT_DELIVERED, LEFT_BEHIND)
