"""Resolve a name, and say how long it took."""

from __future__ import annotations

from atalaia.exchange.exchange import Resolution
from atalaia.exchange.network import Network, resolve_in_time
from atalaia.exchange.observable import Lookup


async def look_up(lookup: Lookup, network: Network) -> Resolution:
    """The addresses of a host, within the total deadline."""
    found = await resolve_in_time(network, lookup.host)
    return Resolution(
        host=lookup.host, addresses=found.addresses, failure=found.failure, elapsed=found.elapsed
    )
