"""Connections as httpcore wants them, on asyncio's own transports: nothing in between costs time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any, cast

import httpcore

_AT_ONCE = 16 * 1024
"""Bytes of one reading."""
_MOST = 2**18
"""Bytes that wait to be read before no more are taken from the system."""


class Backend(httpcore.AsyncNetworkBackend):
    """Opens TCP connections for httpcore. `host` is an address: names are resolved before."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        """An open connection. Raises ConnectTimeout and ConnectError."""
        source = (local_address, 0) if local_address else None
        deadline = asyncio.timeout(timeout)
        try:
            async with deadline:
                loop = asyncio.get_running_loop()
                transport, incoming = await loop.create_connection(_Incoming, host, port, local_addr=source)
        except OSError as error:
            raise _not_connected(deadline, error) from error
        return Stream(transport, incoming)


class Stream(httpcore.AsyncNetworkStream):
    """An open connection. Only the handshake has a deadline of its own; the exchange has one over all."""

    def __init__(self, transport: asyncio.Transport, incoming: _Incoming) -> None:
        self._transport = transport
        self._incoming = incoming

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes; none at the end. Raises ReadError, after all that came before it."""
        try:
            return await self._incoming.read(max_bytes)
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send, as fast as the other side takes it. Raises WriteError."""
        if not buffer:
            return
        self._transport.write(buffer)
        try:
            await self._incoming.drained()
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """End the connection at once, whatever state it is in."""
        self._transport.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        """The same connection after a TLS handshake. Raises ConnectTimeout and ConnectError."""
        deadline = asyncio.timeout(timeout)
        try:
            async with deadline:
                secured = await asyncio.get_running_loop().start_tls(
                    self._transport, self._incoming, ssl_context, server_hostname=server_hostname
                )
        except OSError as error:
            await self.aclose()
            raise _not_connected(deadline, error) from error
        transport = cast(asyncio.Transport, secured)
        self._incoming.transport = transport
        return Stream(transport, self._incoming)

    def get_extra_info(self, info: str) -> Any:
        """What asyncio knows of the connection: `ssl_object`."""
        return self._transport.get_extra_info(info)


class _Incoming(asyncio.Protocol):
    """What came and was not read yet. An error is told after it, as it came after it."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._waiting = bytearray()
        self._ended = False
        self._error: Exception | None = None
        self._came = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    async def read(self, most: int) -> bytes:
        """At least one byte, or none where no more will come. Raises what ended the connection.

        At most _AT_ONCE, and with a turn for the others in between: of a server that sends interim answers
        without end, httpcore reads all that it is given before it lets anybody else go on.
        """
        if self._waiting:
            await asyncio.sleep(0)
        while not self._waiting and not self._ended:
            self._came.clear()
            await self._came.wait()
        if not self._waiting and self._error:
            raise self._error
        data = bytes(self._waiting[: min(most, _AT_ONCE)])
        del self._waiting[: len(data)]
        if self.transport and len(self._waiting) < _MOST:
            self.transport.resume_reading()
        return data

    async def drained(self) -> None:
        """Wait until more may be written. Raises what ended the connection."""
        await self._writable.wait()
        if self._error:
            raise self._error

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        if len(self._waiting) >= _MOST and self.transport:
            self.transport.pause_reading()
        self._came.set()

    def eof_received(self) -> None:
        self._ended = True
        self._came.set()

    def connection_lost(self, error: Exception | None) -> None:
        self._ended, self._error = True, error
        self._came.set()
        self._writable.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()


def _not_connected(deadline: asyncio.Timeout, error: OSError) -> Exception:
    # A deadline's error is an OSError too, as is the system's own time-out: only one of them is ours.
    kind = httpcore.ConnectTimeout if deadline.expired() else httpcore.ConnectError
    return kind(str(error))
