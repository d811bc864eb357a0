"""The way of a drill, leg after leg: each is looked at until it is reached, or its time is up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from atalaia.exchange.network import Network
from atalaia.systems.document import Unreadable
from atalaia.systems.drill.alerts import Held
from atalaia.systems.drill.arrival import Arrival, ByCount, ByDeliveries
from atalaia.systems.drill.asking import Asking
from atalaia.systems.drill.model import (
    ALERT,
    FIRING,
    INHIBITED,
    RESOLVED,
    Channel,
    DrillMeasurement,
    DrillSeen,
    Leg,
    Part,
)
from atalaia.systems.drill.noted import Noted
from atalaia.systems.drill.rivals import rivals

_BETWEEN = 0.1
"""Seconds between two looks."""
_SILENCE = 60.0
"""Seconds that a silence of ours lasts at least, should nobody end it."""

Look = Callable[[], Awaitable[str]]
"""What is seen instead of what is waited for; empty once that is there."""


class Course:
    """One drill."""

    def __init__(self, wanted: DrillMeasurement, network: Network, drill: str) -> None:
        self._wanted = wanted
        self._drill = drill
        self._ask = Asking(wanted, network, drill)
        self._arrival: Arrival = ByDeliveries(self._ask) if wanted.deliveries else ByCount(self._ask)
        self._noted = Noted(drill, wanted.within)
        self._started = 0.0
        self._pushed = self._silencing = False

    def seen(self) -> DrillSeen:
        """All of it."""
        return self._noted.seen(self._arrival.came)

    async def run(self) -> None:
        """Begin, follow, end, and look what is left; nothing at all where another drill is under way."""
        if why := await self._why_not():
            answered = self._ask.answered
            self._noted.refused, self._noted.failure = why, answered.failure if answered else None
            return
        self._started, self._pushed = time.time(), True
        why = await self._ask.push(self._started)
        if not self._mark(Part.PUSHED, why, time.time() - self._started):
            # An answer that says no, or none, does not say that nothing was kept.
            await self._look_back(await self.take_back())
            return
        if rival := await self._rival():
            self._noted.refused = rival
            await self.take_back()
            return
        if await self._leg(Part.FIRES, lambda: self._fires(ALERT)):
            await self._follow()
        else:
            await self._explain(ALERT)
        await self._end()

    async def take_back(self) -> str:
        """Take back what was pushed, and end the silence, without a look at what becomes of it.

        Why the Pushgateway keeps what was pushed; empty where it does not.
        """
        refused = ""
        if self._pushed and (refused := await self._ask.withdraw()):
            # Who may not delete may still push: then it is over at once, all the same.
            await self._ask.push(self._started, on=False)
        if self._silencing:
            await self._end_silences()
        return refused

    async def _end_silences(self) -> None:
        found = await self._ask.silences()
        for silence in () if isinstance(found, Unreadable) else found:
            await self._ask.end_silence(silence)

    # --- before

    async def _why_not(self) -> str:
        others = await self._ask.pushed()
        if isinstance(others, Unreadable):
            return f"what lies in the Pushgateway cannot be read: {others}"
        now = time.time()
        if there := [other for other in others if other.fires(now)]:
            told = "; ".join(f"{other.told(now)}{self._ask.how_it_ends(other)}" for other in there)
            return f"another drill is under way, or was left behind: {told}"
        for other in others:
            await self._ask.withdraw(other)
        await self._end_silences()  # one that was killed has left its own, and it would keep this one back
        channels = self._wanted.channels or await self._ask.channels()
        if isinstance(channels, Unreadable):
            return f"what channels the receiver has is not known: {channels}"
        if unreadable := await self._arrival.begin():
            return f"it could not be told whether it arrives: {unreadable}"
        self._noted.channels = channels
        self._noted.removed = tuple(other.told(now) for other in others)
        return ""

    async def _rival(self) -> str:
        lying = await self._ask.pushed()
        if isinstance(lying, Unreadable):
            return f"what lies in the Pushgateway cannot be read: {lying}"
        return rivals(lying, self._drill, time.time())

    # --- the way there

    async def _follow(self) -> None:
        handed_over = await self._leg(Part.HANDED_OVER, self._handed_over)
        if handed_over:
            await self._leg(Part.ARRIVES, self._arrives)
        too = await self._leg(Part.FIRES_TOO, lambda: self._fires(INHIBITED))
        if not too:
            await self._explain(INHIBITED)
        if handed_over:
            if too:
                await self._leg(Part.INHIBITS, self._inhibits)
            await self._silence()

    async def _fires(self, alert: str) -> str:
        states = await self._ask.fired()
        if isinstance(states, Unreadable):
            return str(states)
        return "" if states.get(alert) == FIRING else f"{alert} is {states.get(alert, 'not there')}"

    async def _explain(self, alert: str) -> None:
        """Put why an alert does not fire in the place of that it does not."""
        leg = self._noted.legs[-1]
        why = await self._ask.why_not_fired(alert, self._started)
        self._noted.legs[-1] = leg.model_copy(update={"observed": f"{leg.observed}: {why}"})

    async def _handed_over(self) -> str:
        alert = await self._held(ALERT)
        if isinstance(alert, str):
            return alert
        self._noted.receivers, self._noted.silenced_before = alert.receivers, alert.silenced_by
        return ""

    async def _inhibits(self) -> str:
        alert = await self._held(INHIBITED)
        if isinstance(alert, str):
            return alert
        return "" if alert.inhibited_by else f"{INHIBITED} is {alert.state}, and nothing inhibits it"

    async def _held(self, name: str) -> Held | str:
        found = await self._ask.held()
        if isinstance(found, Unreadable):
            return str(found)
        return found.get(name) or f"the Alertmanager has no {name}"

    async def _arrives(self) -> str:
        missing = await self._untold(self._noted.channels, FIRING)
        if isinstance(missing, Unreadable):
            return str(missing)
        self._noted.missing = missing
        return _nothing_by(missing)

    async def _untold(self, due: tuple[Channel, ...], status: str) -> tuple[Channel, ...] | Unreadable:
        missing = await self._arrival.missing(due, status)
        self._noted.unread = str(missing) if isinstance(missing, Unreadable) else ""
        return missing

    async def _silence(self) -> None:
        self._silencing = True
        silence = await self._ask.silence(max(_SILENCE, self._wanted.within))
        if isinstance(silence, Unreadable):
            self._mark(Part.SILENCED, str(silence))
            return

        async def silenced() -> str:
            alert = await self._held(ALERT)
            if isinstance(alert, str):
                return alert
            return "" if silence in alert.silenced_by else f"{ALERT} is {alert.state}, and not silenced"

        async def heard() -> str:
            alert = await self._held(ALERT)
            if isinstance(alert, str):
                return alert
            return f"{ALERT} is silenced still" if silence in alert.silenced_by else ""

        await self._leg(Part.SILENCED, silenced)
        if why := await self._ask.end_silence(silence):
            self._mark(Part.HEARD_AGAIN, why)
        else:
            await self._leg(Part.HEARD_AGAIN, heard)

    # --- the way back

    async def _end(self) -> None:
        """Take it back, and wait until that is known everywhere.

        | before that                              | it is awaited that …                              |
        |------------------------------------------|---------------------------------------------------|
        | it was not looked at whether it arrives  | it resolves: it may have fired late               |
        | what arrived could not be read           | it resolves                                       |
        | nobody was told who is to be told of the | it resolves                                       |
        | end, too                                 |                                                   |
        | somebody was                             | it resolves, and then that they are told so; or   |
        |                                          | it is told that this can be read no more          |
        """
        due = self._to_be_told_so()
        # What is sent from here on counts for the end; so this comes before the end is begun.
        unreadable = await self._arrival.begin() if due else None
        refused = await self.take_back()
        resolved = await self._leg(Part.RESOLVED, self._resolved)
        if resolved and unreadable:
            self._noted.unread = str(unreadable)
        elif resolved and due:
            await self._leg(Part.TOLD_RESOLVED, lambda: self._told_so(due))
        await self._look_back(refused)

    def _to_be_told_so(self) -> tuple[Channel, ...]:
        """The channels that were told of it, and are to be told of the end."""
        if not self._noted.came_to(Part.ARRIVES) or self._noted.unread:
            return ()
        told = (channel for channel in self._noted.channels if channel not in self._noted.missing)
        return tuple(channel for channel in told if channel.resolved)

    async def _told_so(self, due: tuple[Channel, ...]) -> str:
        unresolved = await self._untold(due, RESOLVED)
        if isinstance(unresolved, Unreadable):
            return str(unresolved)
        self._noted.unresolved = unresolved
        return _nothing_by(unresolved)

    async def _resolved(self) -> str:
        states, alert = await self._ask.fired(), await self._ask.held()
        if isinstance(states, Unreadable):
            return str(states)
        if isinstance(alert, Unreadable):
            return str(alert)
        firing = sorted(name for name, state in states.items() if state == FIRING)
        where = [f"Prometheus: {', '.join(firing)}"] if firing else []
        where += [f"the Alertmanager: {', '.join(sorted(alert))}"] if alert else []
        return f"still firing in {'; in '.join(where)}" if where else ""

    async def _look_back(self, refused: str) -> None:
        lying, silences = await self._ask.pushed(), await self._ask.silences()
        left: list[str] = []
        if isinstance(lying, Unreadable):
            left.append(f"perhaps what was pushed: {lying}")
        elif any(group.drill == self._drill for group in lying):
            why = f" ({refused})" if refused else ""
            left.append(f"what was pushed, in the Pushgateway{why}")
        if isinstance(silences, Unreadable):
            left.append(f"perhaps a silence: {silences}")
        else:
            left += [f"the silence {silence}" for silence in silences]
        self._noted.left = tuple(left)

    # --- looking

    async def _leg(self, part: Part, look: Look) -> bool:
        begun = time.monotonic()
        while True:
            observed = await look()
            seconds = time.monotonic() - begun
            if not observed or seconds >= self._wanted.within:
                return self._mark(part, observed, seconds)
            await asyncio.sleep(_BETWEEN)

    def _mark(self, part: Part, observed: str, seconds: float = 0.0) -> bool:
        leg = Leg(name=part, seconds=seconds, reached=not observed, observed=observed)
        self._noted.legs.append(leg)
        return leg.reached


def _nothing_by(channels: tuple[Channel, ...]) -> str:
    return ", ".join(f"nothing by {channel}" for channel in channels)
