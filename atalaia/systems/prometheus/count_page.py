"""Read a page of metrics until it tells of something: the effect of CountedPage."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from atalaia.exchange.client import Client
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.network import Network
from atalaia.systems.prometheus.counted_page import CountedPage

_BETWEEN = 0.1


async def read_counted(observable: CountedPage, network: Network) -> Exchange:
    """The page with all metrics, or what it was when the time was over, or failed."""
    deadline = time.monotonic() + observable.within
    async with Client(network.of(observable.client)) as client:
        while True:
            found = await client.exchange(observable.page)
            body = found.response.body if found.response else b""
            if found.failure or tells(body, observable.metrics) or time.monotonic() > deadline:
                return found
            await asyncio.sleep(_BETWEEN)


def tells(page: bytes, metrics: Iterable[str]) -> bool:
    """Whether a page has a series of each metric; of a histogram they begin with its name."""
    return all(b"\n" + metric.encode() in b"\n" + page for metric in metrics)
