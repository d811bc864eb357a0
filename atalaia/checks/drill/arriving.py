"""Whether the alert arrives by every channel of its receiver."""

from __future__ import annotations

from collections import Counter

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.drill.drilled import SOURCE, drill, meant_channels, receivers, undecided
from atalaia.checks.drill.routing import NOT_ROUTED
from atalaia.environment import Effect, Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.drill.model import Channel, DrillSeen, Part


def channel_targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The channels by name, where the declared configuration tells them; else the receiver."""
    found = receivers(environment)
    if isinstance(found, NotDeclared):
        return found
    return tuple(_named(meant_channels(environment))) or found


def channel_of(environment: Environment, target: str) -> Channel | None:
    """The channel of this name; None for all that the running receiver has."""
    return _named(meant_channels(environment)).get(target)


def _named(channels: tuple[Channel, ...]) -> dict[str, Channel]:
    """`slack`; of several of a kind `slack-1`, `slack-2`."""
    many = Counter(channel.kind for channel in channels)
    count: Counter[str] = Counter()
    named = {}
    for channel in channels:
        count[channel.kind] += 1
        number = f"-{count[channel.kind]}" if many[channel.kind] > 1 else ""
        named[channel.kind + number] = channel
    return named


def routed(environment: Environment, target: str) -> Needs:
    """That the alert goes to the receiver at all."""
    assert environment.drill, "the check's targets have it"
    return ((NOT_ROUTED, environment.drill.receiver),)


def _judge(seen: tuple[DrillSeen], expected: Channel | None) -> Verdict:
    (drilled,) = seen
    if verdict := undecided(drilled):
        return verdict
    if drilled.unread:
        return Inconclusive(f"what was delivered could not be read: {drilled.unread}")
    leg = drilled.leg(Part.ARRIVES)
    if leg is None:
        return Inconclusive("the drill did not come so far")
    late = [channel for channel in drilled.missing if expected in {None, channel}]
    silenced = ", ".join(drilled.silenced_before)
    why = f"; somebody's silence keeps it back: {silenced}" if silenced else ""
    return [
        Finding(
            expected=f"the drill arrives by {channel} within {drilled.within:g} s",
            observed=f"nothing arrived there in {leg.seconds:.1f} s{why}",
            hop=Hop.MONITORING.value,
        )
        for channel in late
    ]


NOT_DELIVERED = Check(
    id="drill.not-delivered",
    severity=Severity.CRITICAL,
    catches="A channel by which nobody is told: a webhook that is down, a token that has expired, mail that "
    "is not taken.",
    remedy="Read what the Alertmanager's log says of the channel's integration (“Notify for alerts failed”); "
    "correct its address or its secret.",
    source=SOURCE,
    effect=Effect.PAGES,
    targets=channel_targets,
    observes=drill,
    expects=channel_of,
    requires=routed,
    judge=_judge,
)

CHECKS = (NOT_DELIVERED,)
