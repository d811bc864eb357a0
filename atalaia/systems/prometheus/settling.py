"""Ask Prometheus for its scrape targets until it has scraped them: the effect of SettledTargets."""

from __future__ import annotations

import asyncio
import time

from atalaia.exchange.client import Client
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.network import Network
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.runtime import read_runtime
from atalaia.systems.prometheus.settled import SettledTargets
from atalaia.systems.prometheus.targets import Targets, fastest, read_targets

_FIRST_LOOK = 10.0
"""Seconds from a start until all scrapers run: discovery and scrapers each look every 5 s (prometheus 2.42,
discovery/manager.go, scrape/manager.go)."""
_PATIENCE = 5.0
"""Seconds at most to see a scrape that failed, or took long, tried again."""
_LONGEST = 60.0
"""Seconds; an interval is a minute by default, and what is scraped more rarely is not waited for."""
_TRIES = 2
_BETWEEN = 0.1
_LOOKS = 20
"""Earlier looks that are kept."""


async def settle(observable: SettledTargets, network: Network) -> Exchanges:
    """Runtime information, scrape targets, and earlier looks at them that told of other scrapes.

    Bounded: by ten seconds and an interval after Prometheus' start, and by five after our own.
    """
    async with Client(network.of(observable.client)) as client:
        runtime = await client.exchange(observable.runtime)
        begun = time.time()
        earlier: dict[Targets, Exchange] = {}
        while True:
            found = await client.exchange(observable.targets)
            targets = read_targets(found.response.body if found.response else b"")
            if isinstance(targets, Unreadable):
                return Exchanges(steps=(runtime, found))
            looks = (*earlier, targets)
            if time.time() > _until(observable, runtime, looks, begun):
                return Exchanges(steps=(runtime, found, *list(earlier.values())[-_LOOKS:]))
            earlier[targets] = found
            await asyncio.sleep(_BETWEEN)


def _until(observable: SettledTargets, runtime: Exchange, looks: tuple[Targets, ...], begun: float) -> float:
    """The Unix time up to which another answer is worth waiting for."""
    targets = looks[-1]
    longest = max((each.interval or 0.0 for each in targets.active), default=0.0)
    if not targets.complete(observable.jobs):
        known = read_runtime(runtime.response.body if runtime.response else b"")
        since = None if isinstance(known, Unreadable) else known.configured_at
        # Its clock may be ahead of ours.
        return min(since or 0.0, begun) + _FIRST_LOOK + _first_scrape(targets)
    slow, took = observable.duration, fastest(looks)
    if all(each.health == "up" and (slow is None or took[each.url] <= slow) for each in targets.active):
        return 0.0
    return begun + min(_PATIENCE, _TRIES * longest + 1)


def _first_scrape(targets: Targets) -> float:
    """Seconds within which everything is scraped for the first time: an interval."""
    intervals = (each.interval or 0.0 for each in targets.active if each.health == "unknown")
    return max((interval for interval in intervals if interval <= _LONGEST), default=0.0)
