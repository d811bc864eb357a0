"""Open a TCP connection and close it: whether anything listens."""

from __future__ import annotations

import time

from atalaia.exchange.exchange import Connection
from atalaia.exchange.network import Network, NotOpened, open_tcp
from atalaia.exchange.observable import Connect


async def connect(observable: Connect, network: Network) -> Connection:
    """Whether a server takes a connection, within the deadlines. Nothing is sent."""
    begun = time.perf_counter()
    try:
        opened = await open_tcp(network, observable.url.host, observable.url.port)
    except NotOpened as error:
        elapsed = time.perf_counter() - begun
        return Connection(address=error.address, failure=error.failure, elapsed=elapsed)
    elapsed = time.perf_counter() - begun
    opened.close()
    return Connection(address=opened.address, elapsed=elapsed)
