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

from atalaia.exchange.bare_tls import Tls
from atalaia.exchange.computing import computed
from atalaia.exchange.kernel_times import first_round_trip, note_arrivals, receive
from atalaia.exchange.reading import Reading, Timed

_MOST = 2**14
"""Bytes that are read at once: who sends without end, in pieces of one byte, leaves turns to others."""


class Bare:
    """A connection, with or without TLS."""

    __slots__ = ("_file", "_loop", "_reading", "_socket", "_tls", "_unsent")

    def __init__(self, timed: Timed) -> None:
        self._loop = asyncio.get_running_loop()
        self._reading = Reading(timed)
        self._socket: socket.socket | None = None
        self._file = -1
        """The socket's number: the loop would describe the socket itself in words, each time."""
        self._tls: Tls | None = None
        self._unsent: OSError | None = None
        """Why not all of the request could be sent."""

    async def open(self, address: str, port: int, source: str | None, seconds: float) -> float:
        """Connect, within so many seconds; how many it took. Raises OSError, TimeoutError without a number
        where they passed.
        """
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = made = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._file = made.fileno()
        note_arrivals(made)
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
        return first_round_trip(made) or ready - begun

    async def start_tls(
        self, context: ssl.SSLContext, name: str, seconds: float
    ) -> tuple[ssl.SSLObject, float]:
        """Shake hands, within so many seconds; what was agreed on, and how many passed from our first word to
        the server's last: what is computed here after it is not the server's time.

        Raises OSError, TimeoutError.
        """
        assert self._socket is not None, "it is open"
        # Else the request would wait until the server has acknowledged our last words before it.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._tls = tls = Tls(context, name)
        until = time.perf_counter() + seconds
        tls.shake_hands()
        begun = await self._send(tls.to_send())
        while True:
            await self._when(self._loop.add_reader, self._loop.remove_reader, until - time.perf_counter())
            with suppress(BlockingIOError):
                data, came = receive(self._socket, _MOST)
                if came > until:
                    raise TimeoutError  # who never stops talking would always be ready before it is late
                tls.came(data)
                if await self._shake_hands(tls):
                    return tls.told, max(came - begun, 0.0)  # somebody may have set the clock forward

    async def ask(self, request: bytes, method: str, cap: int) -> None:
        """Send, and read the answer to its end. Raises Broken, Undecodable, OSError.

        Who reads no further than what is wrong, and hangs up, has answered before: that is read, too.
        """
        sent = time.perf_counter()
        try:
            sent = await self._send(self._tls.seal(request) if self._tls else request)
        except ConnectionError as error:
            self._unsent = error
        answer = self._reading.asked(method, cap, sent)
        if self._tls:
            self._open(self._tls, sent)  # it may have come with the handshake's last words
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

    async def _send(self, words: bytes) -> float:
        """Send all of it; when the last of it was given to the kernel. Raises OSError."""
        left = memoryview(words)
        while True:
            left, when = self._send_now(left)
            if not left:
                return when
            await self._when(self._loop.add_writer, self._loop.remove_writer, None)

    def _send_now(self, words: memoryview) -> tuple[memoryview, float]:
        """What could not be sent at once, and when the rest was. Raises OSError."""
        assert self._socket is not None, "it is open"
        with suppress(BlockingIOError):
            when = time.perf_counter()  # after it, another thread may have the interpreter
            words = words[self._socket.send(words) :]
        return words, when

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

    async def _shake_hands(self, tls: Tls) -> bool:
        """Go on with a handshake; whether it is over. Raises OSError.

        To compute its keys takes a millisecond or two, in which nobody would see others' answers.
        """
        try:
            over = await computed(tls.shake_hands)
        except ssl.SSLError:
            self._tell(tls)
            raise
        if words := tls.to_send():
            await self._send(words)
        return over

    def _came(self) -> None:
        """Read what is there."""
        assert self._socket is not None, "it is open"
        try:
            data, when = receive(self._socket, _MOST)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._stop(error)
            return
        if self._tls:
            self._tls.came(data)
            self._open(self._tls, when)
        elif data:
            self._reading.came(data, when)
        else:
            self._end_of_answer()

    def _open(self, tls: Tls, when: float) -> None:
        """Read what TLS has of the answer, the last of which came then."""
        while True:
            try:
                data = tls.opened(_MOST)
            except ssl.SSLError as error:
                self._tell(tls)
                self._stop(error)
                return
            if data is None:
                self._tell(tls)
                return
            if not data:
                self._end_of_answer()
                return
            self._reading.came(data, when)

    def _tell(self, tls: Tls) -> None:
        """Send what is TLS's own affair: an alert, or an answer to such. Nothing waits until it is sent."""
        if words := tls.to_send():
            with suppress(OSError):
                self._send_now(memoryview(words))

    def _end_of_answer(self) -> None:
        self._stop(None if self._reading.begun else self._unsent)

    def _stop(self, error: Exception | None) -> None:
        """No more will come: the loop would tell it again and again."""
        self._loop.remove_reader(self._file)
        self._reading.ended(error)


def _now_is(ready: asyncio.Future[float]) -> None:
    if not ready.done():
        ready.set_result(time.perf_counter())


def _was_late(ready: asyncio.Future[float]) -> None:
    if not ready.done():
        ready.set_exception(TimeoutError())
