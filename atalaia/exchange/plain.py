"""A TCP connection for one request, on the bare socket: half of what asyncio's transports cost."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import time

from atalaia.exchange.reading import Reading, Timed

_MOST = 2**18
"""Bytes that are read at once."""


class Plain:
    """A connection without TLS."""

    __slots__ = ("_done", "_file", "_loop", "_reading", "_socket", "_timed")

    def __init__(self, timed: Timed) -> None:
        self._timed = timed
        self._loop = asyncio.get_running_loop()
        self._reading = Reading(timed)
        self._socket: socket.socket | None = None
        self._file = -1
        """The socket's number: the loop would describe the socket itself in words, each time."""
        self._done: asyncio.Future[float] | None = None

    async def open(self, address: str, port: int, source: str | None, seconds: float) -> float:
        """Connect, within so many seconds; how many it took. Raises OSError, TimeoutError without a number
        where they passed.
        """
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = made = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._file = made.fileno()
        if source:
            made.bind((source, 0))
        begun = time.perf_counter()
        code = made.connect_ex((address, port))
        if code == 0:
            return time.perf_counter() - begun
        if code != errno.EINPROGRESS:
            raise OSError(code, os.strerror(code))
        self._done = self._loop.create_future()
        self._loop.add_writer(self._file, self._connected)
        late = self._loop.call_later(seconds, self._late)
        try:
            return await self._done - begun
        finally:
            late.cancel()
            self._loop.remove_writer(self._file)

    async def ask(self, request: bytes, method: str, cap: int) -> None:
        """Send, and read the answer to its end. Raises Broken, Undecodable, OSError."""
        assert self._socket is not None, "it is open"
        try:
            sent = self._socket.send(request)
        except BlockingIOError:
            sent = 0
        if sent < len(request):
            await self._loop.sock_sendall(self._socket, memoryview(request)[sent:])
        answer = self._reading.asked(method, cap)
        self._loop.add_reader(self._file, self._came)
        try:
            await answer
        finally:
            self._loop.remove_reader(self._file)

    def end(self) -> None:
        """Whatever state it is in."""
        self._reading.close()
        if self._socket is not None:
            self._socket.close()

    def _connected(self) -> None:
        assert self._socket is not None, "it is being connected"
        if self._done is None or self._done.done():
            return
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._done.set_exception(OSError(code, os.strerror(code)))
        else:
            self._done.set_result(time.perf_counter())

    def _late(self) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(TimeoutError())

    def _came(self) -> None:
        assert self._socket is not None, "it is open"
        try:
            data = self._socket.recv(_MOST)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._stop(error)
            return
        if data:
            self._reading.came(data)
        else:
            self._stop(None)

    def _stop(self, error: Exception | None) -> None:
        """No more will come: the loop would tell it again and again."""
        self._loop.remove_reader(self._file)
        self._reading.ended(error)
