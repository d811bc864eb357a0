"""Use a limiter up, and say what came of it: the effect of a measurement."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import replace

from atalaia.exchange.client import Client
from atalaia.exchange.kept import KeptClient
from atalaia.exchange.network import Network
from atalaia.systems.limiter.counter import counted
from atalaia.systems.limiter.course import Course
from atalaia.systems.limiter.model import LimiterMeasurement, LimiterSeen

_BODY = 2**14
"""Bytes kept of a body: only denials' are, and those are short."""
_COUNTED_WITHIN = 1.0
"""Seconds within which a service has counted a request that it has answered."""


async def measure(measurement: LimiterMeasurement, network: Network) -> LimiterSeen:
    """Send until the limiter denies, and a few more; see LimiterMeasurement.

    Bounded: by the measurement's `most`, by each request's deadline, and by two windows and 5 s in all.
    """
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                KeptClient(replace(network.of(measurement.client), body_cap=_BODY))
            )
            for _ in range(measurement.at_once)
        ]
        course = Course(measurement, clients)
        before = await _count(measurement, network)
        if measurement.stops:
            await course.until_it_denies()
        else:
            await course.all_at_once()
    seen = course.seen().model_copy(update={"reached_before": before})
    if before is None:
        return seen
    after = await _count_again(measurement, network, before + seen.served)
    return seen.model_copy(update={"reached_after": after})


async def _count(measurement: LimiterMeasurement, network: Network) -> int | None:
    """What the service has counted; None where it does not tell."""
    if measurement.counter is None:
        return None
    async with Client(network) as client:
        page = (await client.exchange(measurement.counter)).response
    if page is None or page.status != 200 or page.truncated:
        return None
    return counted(page.text(), measurement.counter_metric, measurement.uncounted)


async def _count_again(measurement: LimiterMeasurement, network: Network, expected: int) -> int | None:
    """The same, once it has counted what it must have: a service counts when it has answered."""
    deadline = time.monotonic() + _COUNTED_WITHIN
    while True:
        found = await _count(measurement, network)
        if found is None or found >= expected or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.05)
