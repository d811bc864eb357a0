"""A drill as it is wanted, and what was seen of it."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from atalaia.environment.url import Url
from atalaia.exchange.failure import Failure
from atalaia.exchange.observable import Observable
from atalaia.exchange.seen import Seen

JOB = "atalaia-drill"
"""The job that a drill is pushed to; its label `instance` is the drill's name."""
METRIC, STARTED = "atalaia_drill", "atalaia_drill_started_timestamp_seconds"
ALERT, INHIBITED = "AtalaiaDrill", "AtalaiaDrillInhibited"
"""The two alerts of deploy/prometheus/rules/drill.yml."""
EXPIRES = 300.0
"""Seconds after its beginning the rules take a drill for over, whatever became of who began it."""
AHEAD = 60.0
"""Seconds that the clock of who begins a drill may be ahead of Prometheus'; one that is further is none."""
FIRING, RESOLVED = "firing", "resolved"


class Part(StrEnum):
    """The parts of the way, as people are told of them."""

    PUSHED = "pushed"
    FIRES = "fires"
    HANDED_OVER = "in the Alertmanager"
    ARRIVES = "arrives"
    FIRES_TOO = "the second alert fires"
    INHIBITS = "inhibits"
    SILENCED = "silenced"
    HEARD_AGAIN = "heard again"
    RESOLVED = "resolved"
    TOLD_RESOLVED = "told so"


_COLUMN = max(len(part.value) for part in Part)


class Channel(Seen):
    """One way in which a receiver tells people."""

    kind: str
    """What the Alertmanager calls its integration: slack, email, pagerduty, webhook …"""
    to: str = ""
    """Slack's channel, the mail's address, for a webhook the receiver's name; empty: not known."""
    resolved: bool = True
    """Whether it is to be told of the end, too."""

    def __str__(self) -> str:
        """`slack to #ops-drill`."""
        return f"{self.kind} to {self.to}" if self.to else self.kind


class Delivery(Seen):
    """What a channel got of this drill."""

    at: float
    """Unix time."""
    channel: str
    to: str = ""
    status: str = ""
    alert: str = ALERT
    receiver: str = ""
    """The receiver that the message itself names; empty where it names none."""

    def __str__(self) -> str:
        """`slack to #ops-alerts`."""
        by = f" by receiver {self.receiver}" if self.receiver else ""
        return (f"{self.channel} to {self.to}" if self.to else self.channel) + by


class Leg(Seen):
    """A part of the way."""

    name: Part
    seconds: float
    """From the end of the leg before it."""
    reached: bool
    observed: str = ""
    """What was seen last instead, where it was not reached."""


class DrillSeen(Seen):
    """All that was seen of one drill."""

    drill: str
    """Its name."""
    within: float
    """Seconds that each leg may take."""
    refused: str = ""
    """Why it was not begun."""
    failure: Failure | None = None
    """What kept it from being measured to its end."""
    legs: tuple[Leg, ...] = ()
    receivers: tuple[str, ...] = ()
    """Where the Alertmanager routed the alert to."""
    silenced_before: tuple[str, ...] = ()
    """Silences of others that keep it from being sent."""
    channels: tuple[Channel, ...] = ()
    """Those that had to be told."""
    missing: tuple[Channel, ...] = ()
    """Those that were not told that it fires …"""
    unresolved: tuple[Channel, ...] = ()
    """… or, told that, not that it is over."""
    deliveries: tuple[Delivery, ...] = ()
    unread: str = ""
    """Why it could not be read what was delivered."""
    removed: tuple[str, ...] = ()
    """Drills of before that somebody had left in the Pushgateway."""
    left: tuple[str, ...] = ()
    """What is left behind."""

    def leg(self, name: Part) -> Leg | None:
        """The leg of this name, where the drill came so far."""
        return next((leg for leg in self.legs if leg.name == name), None)

    @property
    def told(self) -> tuple[str, ...]:
        """What people want to know of a drill: how long each part of the way took, a line for each."""
        if self.refused or not self.legs:
            return ()
        parts = (
            f"{leg.name.value:<{_COLUMN}}{leg.seconds:5.1f} s" + ("" if leg.reached else ", in vain")
            for leg in self.legs
        )
        whole = sum(leg.seconds for leg in self.legs)
        removed = tuple(f"drill: removed {each}" for each in self.removed)
        return ("\n".join((f"drill {self.drill} took {whole:.1f} s", *parts)), *removed)


class DrillMeasurement(Observable):
    """A drill, from the push to the message that it is over."""

    sees: ClassVar[type[Seen]] = DrillSeen

    prometheus: Url
    alertmanager: Url
    pushgateway: Url
    deliveries: Url | None = None
    """Where the receivers tell what they got, where they do; else the Alertmanager's counters are read."""
    receiver: str
    channels: tuple[Channel, ...] = ()
    """What the receiver is meant to have; empty: what the running Alertmanager says that it has."""
    within: float = Field(gt=0)
    """Seconds that each leg may take."""
