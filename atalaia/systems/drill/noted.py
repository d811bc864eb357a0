"""What was seen of a drill so far, while it goes on."""

from __future__ import annotations

from dataclasses import dataclass, field

from atalaia.exchange.failure import Failure
from atalaia.systems.drill.model import Channel, Delivery, DrillSeen, Leg, Part


@dataclass
class Noted:
    """Grows on the way; each field is told where DrillSeen has it."""

    drill: str
    within: float
    refused: str = ""
    failure: Failure | None = None
    legs: list[Leg] = field(default_factory=list)
    receivers: tuple[str, ...] = ()
    silenced_before: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    missing: tuple[Channel, ...] = ()
    unresolved: tuple[Channel, ...] = ()
    unread: str = ""
    removed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def came_to(self, part: Part) -> bool:
        """Whether this part of the way was looked at, reached or not."""
        return any(leg.name is part for leg in self.legs)

    def seen(self, came: tuple[Delivery, ...]) -> DrillSeen:
        """All of it, with what was delivered."""
        return DrillSeen(
            drill=self.drill,
            within=self.within,
            refused=self.refused,
            failure=self.failure,
            legs=tuple(self.legs),
            receivers=self.receivers,
            silenced_before=self.silenced_before,
            channels=self.channels,
            missing=self.missing,
            unresolved=self.unresolved,
            deliveries=came,
            unread=self.unread,
            removed=self.removed,
            left=self.left,
        )
