"""Send requests, and read what counters tell of them: the effect of a CountedSequence."""

from __future__ import annotations

import asyncio
import time

from atalaia.exchange.client import Client
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.network import Network
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.counted import CountedSequence

_BETWEEN = 0.05
"""Seconds between two readings."""
_TIMES = 5
"""How often the first page may change before the requests; then others use what it counts."""


async def count(sequence: CountedSequence, network: Network) -> Exchanges:
    """The exchanges of all steps; of pages that were read several times the last.

    Bounded: by five times `settles`, by `within` and `lingers`, and by each request's deadline.
    """
    steps, pages = sequence.steps, sequence.pages
    before = [await _send(step, network) for step in steps[:pages]]
    for _ in range(_TIMES):
        await asyncio.sleep(sequence.settles)
        again = await _send(steps[0], network)
        quiet = _told(sequence, again) == _told(sequence, before[0])
        before[0] = again
        if quiet:
            break
    asked = [await _send(step, network) for step in steps[pages : len(steps) - pages]]
    first, *others = steps[len(steps) - pages :]
    after = [await _once_grown(sequence, first, before[0], network)]
    await asyncio.sleep(sequence.lingers)
    after += [await _send(step, network) for step in others]
    return Exchanges(steps=(*before, *asked, *after))


async def _once_grown(
    sequence: CountedSequence, page: HttpRequest, before: Exchange, network: Network
) -> Exchange:
    deadline = time.monotonic() + sequence.within
    while True:
        found = await _send(page, network)
        whole = all(
            now is None or then is None or now < then or now >= then + by
            for (_, by), now, then in zip(
                sequence.grows, _told(sequence, found), _told(sequence, before), strict=True
            )
        )
        if whole or time.monotonic() > deadline:
            return found
        await asyncio.sleep(_BETWEEN)


def _told(sequence: CountedSequence, page: Exchange) -> list[int | None]:
    text = page.response.text() if page.response else ""
    return [counter.read(text) for counter, _ in sequence.grows]


async def _send(step: HttpRequest, network: Network) -> Exchange:
    async with Client(network.of(step.client)) as client:
        return await client.exchange(step)
