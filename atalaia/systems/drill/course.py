"""The way of a drill, leg after leg: each is looked at until it is reached, or its time is up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

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
        self._seen = DrillSeen(drill=drill, within=wanted.within)
        self._started = 0.0
        self._pushed = self._silencing = False

    def seen(self) -> DrillSeen:
        """All of it."""
        return self._seen.model_copy(update={"deliveries": self._arrival.came})

    async def run(self) -> None:
        """Begin, follow, end, and look what is left; nothing at all where another drill is under way."""
        if why := await self._why_not():
            answered = self._ask.answered
            self._note(refused=why, failure=answered.failure if answered else None)
            return
        self._started, self._pushed = time.time(), True
        why = await self._ask.push(self._started)
        if not self._mark(Part.PUSHED, why, time.time() - self._started):
            # An answer that says no, or none, does not say that nothing was kept.
            await self._look_back(await self.take_back())
            return
        if rival := await self._rival():
            self._note(refused=rival)
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
            told = "; ".join(other.told(now) for other in there)
            return f"another drill is under way, or was left behind and expires by itself: {told}"
        for other in others:
            await self._ask.withdraw(other)
        await self._end_silences()  # one that was killed has left its own, and it would keep this one back
        channels = self._wanted.channels or await self._ask.channels()
        if isinstance(channels, Unreadable):
            return f"what channels the receiver has is not known: {channels}"
        if unreadable := await self._arrival.begin():
            return f"it could not be told whether it arrives: {unreadable}"
        self._note(channels=channels, removed=tuple(other.told(now) for other in others))
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
            await self._leg(Part.ARRIVES, lambda: self._arrives(self._seen.channels, FIRING, "missing"))
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
        *before, leg = self._seen.legs
        why = await self._ask.why_not_fired(alert)
        self._note(legs=(*before, leg.model_copy(update={"observed": f"{leg.observed}: {why}"})))

    async def _handed_over(self) -> str:
        alert = await self._held(ALERT)
        if isinstance(alert, str):
            return alert
        self._note(receivers=alert.receivers, silenced_before=alert.silenced_by)
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

    async def _arrives(self, due: tuple[Channel, ...], status: str, field: str) -> str:
        missing = await self._arrival.missing(due, status)
        if isinstance(missing, Unreadable):
            self._note(unread=str(missing))
            return str(missing)
        self._note(**{"unread": "", field: missing})
        return ", ".join(f"nothing by {channel}" for channel in missing)

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
        told = [channel for channel in self._seen.channels if channel not in self._seen.missing]
        due = tuple(channel for channel in told if channel.resolved)
        arrived = self._seen.leg(Part.ARRIVES) is not None and not self._seen.unread
        unreadable = await self._arrival.begin() if arrived else None
        refused = await self.take_back()
        if self._seen.leg(Part.FIRES) and await self._leg(Part.RESOLVED, self._resolved) and arrived:
            if unreadable:
                self._note(unread=str(unreadable))
            elif due:
                await self._leg(Part.TOLD_RESOLVED, lambda: self._arrives(due, RESOLVED, "unresolved"))
        await self._look_back(refused)

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
        self._note(left=tuple(left))

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
        self._note(legs=(*self._seen.legs, leg))
        return leg.reached

    def _note(self, **seen: Any) -> None:
        self._seen = self._seen.model_copy(update=seen)
