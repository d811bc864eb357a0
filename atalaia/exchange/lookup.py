"""Resolve a name, and say how long it took."""

from __future__ import annotations

import asyncio

from atalaia.exchange.exchange import Resolution
from atalaia.exchange.network import Network, resolve, timed_out
from atalaia.exchange.observable import Lookup


async def look_up(lookup: Lookup, network: Network) -> Resolution:
    """The addresses of a host, within the total deadline."""
    seconds = network.total.total_seconds()
    try:
        async with asyncio.timeout(seconds):
            return await resolve(network, lookup.host)
    except TimeoutError:
        failure = timed_out("no addresses", network.total)
        return Resolution(host=lookup.host, failure=failure, elapsed=seconds)
