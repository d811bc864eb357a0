"""Send requests and follow them to the figures that tell of them: the effect of LoopMeasurement."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from atalaia.exchange.client import Client
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.network import Network
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.document import Unreadable, json_object
from atalaia.systems.prometheus.counts import follows, goal_of, newest_of, summed, value_of
from atalaia.systems.prometheus.loop import (
    Leg,
    LegSeen,
    LoopMeasurement,
    LoopSeen,
    Recording,
    RecordingSeen,
    Source,
    SourceSeen,
)
from atalaia.systems.prometheus.targets import Targets, read_targets

_TIMES = 5
"""How often pages may change before the requests; then others move them."""
_INTERVALS = 2
_LATE = 8.0
"""Seconds that a scrape or an evaluation may be late, on a machine that is busy."""
_BETWEEN = 0.05
_FINEST = 100
"""Looks at Prometheus in one interval, at most."""

T = TypeVar("T")


async def follow(loop: LoopMeasurement, network: Network) -> LoopSeen:
    """The requests and what became of them; what hangs on a leg that is broken is not waited for.

    Bounded: by six times `settles`, by `within`, and by two intervals each of scrapes and of evaluations.
    """
    asker = _Asker(network)
    scraped, told_before, before = await asyncio.gather(
        asker.ask(loop.targets),
        asyncio.gather(*(asker.maybe(leg.query) for leg in loop.legs)),
        _still(loop, asker),
    )
    requests = [await asker.ask(request) for request in loop.requests]
    targets = read_targets(scraped.response.body if scraped.response else b"")
    legs = await asyncio.gather(
        *(
            _leg(leg, pages, told, targets, loop.within, asker)
            for leg, pages, told in zip(loop.legs, before, told_before, strict=True)
        )
    )
    recording: RecordingSeen | None = None
    sources: tuple[SourceSeen, ...] = ()
    if all(_arrived(leg, seen) for leg, seen in zip(loop.legs, legs, strict=True)):
        if loop.recording:
            recording = await _recording(loop.recording, asker)
        sources = tuple(await asyncio.gather(*(_source(source, asker) for source in loop.sources)))
    return LoopSeen(requests=tuple(requests), legs=tuple(legs), recording=recording, sources=sources)


class _Asker:
    def __init__(self, network: Network) -> None:
        self._network = network

    async def ask(self, request: HttpRequest) -> Exchange:
        async with Client(self._network.of(request.client)) as client:
            return await client.exchange(request)

    async def all(self, requests: tuple[HttpRequest, ...]) -> tuple[Exchange, ...]:
        return tuple(await asyncio.gather(*(self.ask(request) for request in requests)))

    async def maybe(self, request: HttpRequest | None) -> Exchange | None:
        return await self.ask(request) if request else None

    async def at(self, request: HttpRequest, moment: str) -> Exchange:
        """Ask for the value at a time."""
        return await self.ask(request.model_copy(update={"target": f"{request.target}&time={moment}"}))


async def _still(loop: LoopMeasurement, asker: _Asker) -> list[tuple[Exchange, ...]]:
    """All pages, once they tell the same as a moment before."""
    pages = [await asker.all(leg.pages) for leg in loop.legs]
    for _ in range(_TIMES):
        await asyncio.sleep(loop.settles)
        again = [await asker.all(leg.pages) for leg in loop.legs]
        same = all(
            summed(leg, one) == summed(leg, other)
            for leg, one, other in zip(loop.legs, pages, again, strict=True)
        )
        pages = again
        if same:
            break
    return pages


async def _leg(
    leg: Leg,
    before: tuple[Exchange, ...],
    told_before: Exchange | None,
    targets: Targets | Unreadable,
    within: float,
    asker: _Asker,
) -> LegSeen:
    wanted = summed(leg, before) + leg.by
    after = await _until(
        lambda: asker.all(leg.pages), lambda pages: summed(leg, pages) >= wanted, within, _BETWEEN
    )
    scraped = () if isinstance(targets, Unreadable) else targets.of(leg.job)
    seen = LegSeen(
        name=leg.name,
        before=before,
        after=after,
        told_before=told_before,
        interval=max((each.interval or 0.0 for each in scraped), default=0.0),
        whole=len(scraped) == len(leg.pages),
    )
    query = leg.query
    if query is None or told_before is None or summed(leg, after) < wanted:
        return seen
    goal = goal_of(leg, seen)
    begun = time.monotonic()
    told = await _until(
        lambda: asker.ask(query),
        lambda answer: (value_of(answer) or 0.0) >= goal,
        _INTERVALS * seen.interval + _LATE,
        max(_BETWEEN, seen.interval / _FINEST),
    )
    waited = time.monotonic() - begun
    return seen.model_copy(update={"told": told, "waited": waited, "last": await asker.all(leg.pages)})


def _arrived(leg: Leg, seen: LegSeen) -> bool:
    return leg.query is None or (value_of(seen.told) or 0.0) >= goal_of(leg, seen)


async def _recording(rule: Recording, asker: _Asker) -> RecordingSeen:
    """Wait for a new sample that is what the expression is worth at its time.

    A scrape that is under way at an evaluation is told to be of before it, and is not in it: the next
    evaluation decides then.
    """
    begun = time.monotonic()
    first = newest_of(await asker.ask(rule.stamp))

    async def look() -> RecordingSeen:
        stamp = await asker.ask(rule.stamp)
        newest = newest_of(stamp)
        waited = time.monotonic() - begun
        if newest is None or newest == first:
            return RecordingSeen(stamp=stamp, waited=waited)
        moment = f"{newest:.3f}"
        recorded, computed = await asyncio.gather(
            asker.at(rule.recorded, moment), asker.at(rule.computed, moment)
        )
        return RecordingSeen(stamp=stamp, recorded=recorded, computed=computed, waited=waited)

    patience = 2 * _INTERVALS * rule.interval + _LATE
    return await _until(look, lambda seen: follows(seen), patience, max(_BETWEEN, rule.interval / _FINEST))


async def _source(source: Source, asker: _Asker) -> SourceSeen:
    found = await asker.ask(source.found)
    document = json_object(found.response.body if found.response else b"")
    uid = None if isinstance(document, Unreadable) else document.get("uid")
    if not isinstance(uid, str):
        return SourceSeen(name=source.name, found=found)
    moment = f"{time.time():.3f}"
    through = source.through.model_copy(update={"target": source.through.target.replace("{uid}", uid)})
    # What is scraped meanwhile may be told to be of before: Prometheus is asked before and after.
    first = await asker.at(source.own, moment)
    answer = await asker.at(through, moment)
    second = await asker.at(source.own, moment)
    return SourceSeen(name=source.name, found=found, own=(first, second), through=answer)


async def _until(
    look: Callable[[], Awaitable[T]], enough: Callable[[T], bool], seconds: float, between: float
) -> T:
    """Look again and again until it is enough, or so many seconds are over; the last that was seen."""
    deadline = time.monotonic() + seconds
    while True:
        seen = await look()
        if enough(seen) or time.monotonic() > deadline:
            return seen
        await asyncio.sleep(between)
