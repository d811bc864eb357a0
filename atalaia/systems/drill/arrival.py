"""Whether what the Alertmanager sends arrives: told by the receivers, or counted by the Alertmanager."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from atalaia.systems.document import Unreadable
from atalaia.systems.drill.asking import Asking
from atalaia.systems.drill.deliveries import reached
from atalaia.systems.drill.model import Channel, Delivery


class Arrival(Protocol):
    """How it is found out who was told."""

    came: tuple[Delivery, ...]
    """What is known of what came."""

    async def begin(self) -> Unreadable | None:
        """Something will be sent from now on; why it could not be told whether it arrives."""

    async def missing(self, due: Sequence[Channel], status: str) -> tuple[Channel, ...] | Unreadable:
        """Of the channels that must be told this, those that have not been."""


class ByDeliveries:
    """The receivers tell what they got, channel by channel."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask
        self.came: tuple[Delivery, ...] = ()

    async def begin(self) -> Unreadable | None:
        """Nothing is to be remembered: what came names the drill."""
        came = await self._ask.delivered()
        return came if isinstance(came, Unreadable) else None

    async def missing(self, due: Sequence[Channel], status: str) -> tuple[Channel, ...] | Unreadable:
        """Those that got no message with this status."""
        came = await self._ask.delivered()
        if isinstance(came, Unreadable):
            return came
        self.came = came
        return tuple(channel for channel in due if not reached(channel, came, status))


class ByCount:
    """The Alertmanager counts the requests that went well, by integration, those for other alerts too."""

    came: tuple[Delivery, ...] = ()

    def __init__(self, ask: Asking) -> None:
        self._ask = ask
        self._before: Counter[str] = Counter()

    async def begin(self) -> Unreadable | None:
        """Remember what was sent before."""
        counted = await self._ask.sent()
        if isinstance(counted, Unreadable):
            return counted
        self._before = counted
        return None

    async def missing(self, due: Sequence[Channel], status: str) -> tuple[Channel, ...] | Unreadable:
        """Of the integrations that sent less than one message for each of their channels, all channels."""
        counted = await self._ask.sent()
        if isinstance(counted, Unreadable):
            return counted
        wanted = Counter(channel.kind for channel in due)
        late = {kind for kind, number in wanted.items() if counted[kind] - self._before[kind] < number}
        return tuple(channel for channel in due if channel.kind in late)
