"""A TLS connection for one request, on asyncio's transports."""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import cast

from atalaia.exchange.reading import Reading, Timed


class Secured(asyncio.Protocol):
    """A connection on which hands are shaken before anything is asked."""

    __slots__ = ("_loop", "_opened", "_reading", "_transport")

    def __init__(self, timed: Timed) -> None:
        self._loop = asyncio.get_running_loop()
        self._reading = Reading(timed)
        self._transport: asyncio.Transport | None = None
        self._opened = 0.0

    async def open(self, address: str, port: int, source: str | None, seconds: float) -> float:
        """Connect, within so many seconds; how many it took. Raises OSError, TimeoutError."""
        local = (source, 0) if source else None
        begun = time.perf_counter()
        async with asyncio.timeout(seconds):
            await self._loop.create_connection(lambda: self, address, port, local_addr=local)
        return self._opened - begun

    async def start_tls(self, context: ssl.SSLContext, name: str) -> ssl.SSLObject:
        """Shake hands; what was agreed on. Raises OSError."""
        assert self._transport is not None, "it is open"
        secured = await self._loop.start_tls(self._transport, self, context, server_hostname=name)
        self._transport = cast(asyncio.Transport, secured)
        return cast(ssl.SSLObject, self._transport.get_extra_info("ssl_object"))

    async def ask(self, request: bytes, method: str, cap: int) -> None:
        """Send, and read the answer to its end. Raises Broken, Undecodable, OSError."""
        assert self._transport is not None, "it is open"
        self._transport.write(request)
        await self._reading.asked(method, cap)

    def end(self) -> None:
        """Whatever state it is in."""
        self._reading.close()
        if self._transport:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._opened = time.perf_counter()
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._reading.came(data)

    def eof_received(self) -> None:
        self._reading.ended()

    def connection_lost(self, error: Exception | None) -> None:
        self._reading.ended(error)
