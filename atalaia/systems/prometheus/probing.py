"""Hold our own answer from a page against Prometheus' view of it: the effect of ProbedPage."""

from __future__ import annotations

import asyncio
import time

from atalaia.exchange.client import Client
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.network import Network
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.settled import ProbedPage
from atalaia.systems.prometheus.targets import read_targets

_LATE = 2.0
"""Seconds that the next scrape may be late."""
_LONGEST = 65.0
"""Seconds; an interval is a minute by default."""
_BETWEEN = 0.1


async def probe(observable: ProbedPage, network: Network) -> Exchanges:
    """Our answer and Prometheus' scrape targets. Bounded: by an interval, at most by 65 s."""
    async with Client(network.of(observable.client)) as client:
        own = await client.exchange(observable.page)
        found = await client.exchange(observable.targets)
        if _answered(own) or not (since := _scrapes(observable, found)):
            return Exchanges(steps=(own, found))
        deadline = time.monotonic() + min(_LONGEST, max(interval for _, interval in since) + _LATE)
        while time.monotonic() < deadline:
            await asyncio.sleep(_BETWEEN)
            found = await client.exchange(observable.targets)
            later = _scrapes(observable, found)
            if not later or all(now[0] > then[0] for now, then in zip(later, since, strict=False)):
                break
        return Exchanges(steps=(await client.exchange(observable.page), found))


def _answered(exchange: Exchange) -> bool:
    return exchange.failure is None and exchange.response is not None and exchange.response.status == 200


def _scrapes(observable: ProbedPage, exchange: Exchange) -> list[tuple[float, float]]:
    """(time of the last scrape, interval) of what Prometheus has up; empty where it contradicts nothing."""
    targets = read_targets(exchange.response.body if exchange.response else b"")
    if isinstance(targets, Unreadable):
        return []
    page = targets.page(observable.job, observable.address)
    up = [each for each in page if each.health == "up"]
    return [(each.scraped_at or 0.0, each.interval or 0.0) for each in up] if len(up) == len(page) else []
