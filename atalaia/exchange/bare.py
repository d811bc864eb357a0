"""A connection for one request, on the bare socket: a fraction of what asyncio's transports cost."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress

from atalaia.exchange.beside import aside
from atalaia.exchange.reading import Reading, Timed

_MOST = 2**18
"""Bytes that are read at once."""


class Bare:
    """A connection, with or without TLS."""

    __slots__ = ("_file", "_loop", "_reading", "_socket", "_unsent")

    def __init__(self, timed: Timed) -> None:
        self._loop = asyncio.get_running_loop()
        self._reading = Reading(timed)
        self._socket: socket.socket | None = None
        self._file = -1
        """The socket's number: the loop would describe the socket itself in words, each time."""
        self._unsent: OSError | None = None
        """Why not all of the request could be sent."""

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
        if code == errno.EINPROGRESS:
            ready = await self._when(self._loop.add_writer, self._loop.remove_writer, seconds)
            code = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        else:
            ready = time.perf_counter()
        if code:
            raise OSError(code, os.strerror(code))
        return ready - begun

    async def start_tls(
        self, context: ssl.SSLContext, name: str, seconds: float
    ) -> tuple[ssl.SSLSocket, float]:
        """Shake hands, within so many seconds; what was agreed on, and how many it took. Raises OSError,
        TimeoutError."""
        assert self._socket is not None, "it is open"
        begun = time.perf_counter()
        secured = context.wrap_socket(self._socket, server_hostname=name, do_handshake_on_connect=False)
        self._socket = secured
        until = time.monotonic() + seconds
        go_on = _greet
        while True:
            try:
                ended = await go_on(secured)
            except ssl.SSLWantReadError:
                await self._when(self._loop.add_reader, self._loop.remove_reader, until - time.monotonic())
            except ssl.SSLWantWriteError:
                await self._when(self._loop.add_writer, self._loop.remove_writer, until - time.monotonic())
            else:
                return secured, ended - begun
            go_on = _shake_hands

    async def ask(self, request: bytes, method: str, cap: int) -> None:
        """Send, and read the answer to its end. Raises Broken, Undecodable, OSError.

        Who reads no further than what is wrong, and hangs up, has answered before: that is read, too.
        """
        try:
            await self._send(request)
        except ConnectionError as error:
            self._unsent = error
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

    async def _send(self, request: bytes) -> None:
        assert self._socket is not None, "it is open"
        left = memoryview(request)
        while True:
            with suppress(BlockingIOError, ssl.SSLWantWriteError):
                left = left[self._socket.send(left) :]
            if not left:
                return
            await self._when(self._loop.add_writer, self._loop.remove_writer, None)

    async def _when(
        self, add: Callable[..., None], remove: Callable[[int], bool], seconds: float | None
    ) -> float:
        """When the socket was ready. Raises TimeoutError where that takes longer than so many seconds."""
        ready: asyncio.Future[float] = self._loop.create_future()
        add(self._file, _now_is, ready)
        late = None if seconds is None else self._loop.call_later(max(seconds, 0.0), _was_late, ready)
        try:
            return await ready
        finally:
            if late:
                late.cancel()
            remove(self._file)

    def _came(self) -> None:
        """Read what is there. What TLS holds back would not be told again."""
        assert self._socket is not None, "it is open"
        while True:
            try:
                data = self._socket.recv(_MOST)
            except (BlockingIOError, InterruptedError, ssl.SSLWantReadError):
                return
            except OSError as error:
                self._stop(error)
                return
            if not data:
                self._stop(None if self._reading.begun else self._unsent)
                return
            self._reading.came(data)
            if not (isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()):
                return

    def _stop(self, error: Exception | None) -> None:
        """No more will come: the loop would tell it again and again."""
        self._loop.remove_reader(self._file)
        self._reading.ended(error)


async def _greet(secured: ssl.SSLSocket) -> float:
    """Begin a handshake, which is little work; when that was done."""
    secured.do_handshake()
    return time.perf_counter()


async def _shake_hands(secured: ssl.SSLSocket) -> float:
    """Go on with a handshake, beside the loop; when that was done. To compute its keys takes a millisecond or
    two, in which nobody would see when others' answers come.

    Who is cancelled waits for it all the same, as it waits for nobody: were the socket closed meanwhile, its
    number might be another one's already.
    """

    def shake() -> float:
        secured.do_handshake()
        return time.perf_counter()

    going = asyncio.ensure_future(aside(shake))
    try:
        return await asyncio.shield(going)
    except asyncio.CancelledError:
        await asyncio.wait({going})
        going.exception()
        raise


def _now_is(ready: asyncio.Future[float]) -> None:
    if not ready.done():
        ready.set_result(time.perf_counter())


def _was_late(ready: asyncio.Future[float]) -> None:
    if not ready.done():
        ready.set_exception(TimeoutError())
