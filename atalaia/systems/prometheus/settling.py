"""Ask Prometheus for its scrape targets until it has scraped them: the effect of SettledTargets."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import quote

from atalaia.exchange.client import Client
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.network import Network
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.answers import read_vector
from atalaia.systems.prometheus.clock import answered_at
from atalaia.systems.prometheus.runtime import read_runtime
from atalaia.systems.prometheus.settled import SettledTargets
from atalaia.systems.prometheus.slowness import least
from atalaia.systems.prometheus.targets import ScrapeTarget, Targets, read_targets

_FIRST_LOOK = 10.0
"""Seconds from a start until all scrapers run: discovery and scrapers each look every 5 s (prometheus 2.42,
discovery/manager.go, scrape/manager.go)."""
_PATIENCE = 5.0
"""Seconds at most to see a scrape that failed tried again …"""
_LONG_PATIENCE = 15.0
"""… and one that timed out, or was late or slow: so it is at times on a machine that is busy."""
_TIMED_OUT = "deadline exceeded"
"""What Prometheus says of a scrape that took longer than scrape_timeout (Go, context.DeadlineExceeded)."""
_LONGEST = 60.0
"""Seconds; an interval is a minute by default, and what is scraped more rarely is not waited for."""
_TRIES = 2
_BETWEEN = 0.1


async def settle(observable: SettledTargets, network: Network) -> Exchanges:
    """Runtime information, scrape targets, and where one took long the least that each took.

    Bounded: by ten seconds and an interval after Prometheus' start, and by 15 s after our own.
    """
    async with Client(network.of(observable.client)) as client:
        runtime = await client.exchange(observable.runtime)
        begun = time.time()
        while True:
            found = await client.exchange(observable.targets)
            targets = read_targets(found.response.body if found.response else b"")
            if isinstance(targets, Unreadable):
                return Exchanges(steps=(runtime, found))
            slow = _slow(observable, targets)
            best = await client.exchange(_asking(observable, targets)) if slow else None
            if time.time() > _until(observable, runtime, found, targets, best, begun):
                return Exchanges(steps=(runtime, found, *((best,) if best else ())))
            await asyncio.sleep(_BETWEEN)


def _slow(observable: SettledTargets, targets: Targets) -> list[ScrapeTarget]:
    limit = observable.duration
    return [each for each in targets.active if limit is not None and each.duration > limit]


def _asking(observable: SettledTargets, targets: Targets) -> HttpRequest:
    expression = quote(least(_longest(targets)), safe="")
    return observable.least.model_copy(update={"target": observable.least.target + expression})


def _longest(targets: Targets) -> float:
    return max((each.interval or 0.0 for each in targets.active), default=0.0)


def _until(
    observable: SettledTargets,
    runtime: Exchange,
    found: Exchange,
    targets: Targets,
    best: Exchange | None,
    begun: float,
) -> float:
    """The Unix time up to which another answer is worth waiting for."""
    if not targets.complete(observable.jobs):
        said = read_runtime(runtime.response.body if runtime.response else b"")
        since = None if isinstance(said, Unreadable) else said.configured_at
        # Its clock may be ahead of ours.
        return min(since or 0.0, begun) + _FIRST_LOOK + _first_scrape(targets)
    failed = [each.error for each in targets.active if each.health != "up"]
    late = any(each.late(answered_at(found)) for each in targets.active)
    if late or any(_TIMED_OUT in error for error in failed) or _unknown(_slow(observable, targets), best):
        return begun + _LONG_PATIENCE
    return begun + min(_PATIENCE, _TRIES * _longest(targets) + 1) if failed else 0.0


def _unknown(slow: list[ScrapeTarget], best: Exchange | None) -> bool:
    """Whether Prometheus answers, and does not know yet how long these take at best."""
    vector = read_vector(best.response.body) if best and best.response else Unreadable("")
    return not isinstance(vector, Unreadable) and any(each.labels not in vector for each in slow)


def _first_scrape(targets: Targets) -> float:
    """Seconds within which everything is scraped for the first time: an interval."""
    intervals = (each.interval or 0.0 for each in targets.active if each.health == "unknown")
    return max((interval for interval in intervals if interval <= _LONGEST), default=0.0)
