"""The client side for proxying: pooled keep-alive connections, the answer streamed to a sink."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import httptools

from sandbox.standins.http.message import Headers

Address = tuple[str, int]

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
_IDLE_SECONDS = 55.0


class Trouble(StrEnum):
    """Why an upstream gave no whole answer."""

    REFUSED = "refused"
    CONNECT_TIMEOUT = "connect timeout"
    READ_TIMEOUT = "read timeout"
    CLOSED = "closed"
    INVALID = "invalid"


@dataclass(frozen=True)
class Timeouts:
    """Seconds; `read` runs between two reads, as nginx counts it."""

    connect: float = 60.0
    read: float = 60.0


class Sink(Protocol):
    """What receives an upstream's answer, in this order: head, data …, end; or failed at any time."""

    def head(self, status: int, phrase: str, headers: Headers) -> None: ...
    def data(self, chunk: bytes) -> None: ...
    def end(self) -> None: ...
    def flush(self) -> None:
        """Everything of one read has been handed over."""

    def failed(self, trouble: Trouble) -> None: ...


class Call:
    """One request under way to an upstream."""

    __slots__ = (
        "_fresh",
        "_pool",
        "address",
        "cancelled",
        "connection",
        "method",
        "request",
        "sink",
        "timeouts",
    )

    def __init__(
        self, pool: Pool, address: Address, method: str, request: bytes, timeouts: Timeouts, sink: Sink
    ) -> None:
        self._pool = pool
        self.address = address
        self.method = method
        self.request = request
        self.timeouts = timeouts
        self.sink = sink
        self.connection: UpstreamConnection | None = None
        self.cancelled = False
        self._fresh = False

    def pause(self) -> None:
        """Read no more of the answer until `resume`."""
        if self.connection:
            self.connection.paused = True
            self.connection.transport.pause_reading()

    def resume(self) -> None:
        """Go on reading."""
        if self.connection and self.connection.paused:
            self.connection.paused = False
            self.connection.transport.resume_reading()

    def cancel(self) -> None:
        """Nobody waits for the answer any more: cut the connection."""
        self.cancelled = True
        connection, self.connection = self.connection, None
        if connection:
            connection.call = None
            connection.transport.abort()

    def start(self) -> None:
        """Take an idle connection, or open one."""
        idle = self._pool.take(self.address)
        if idle:
            idle.begin(self)
        else:
            self._fresh = True
            self._pool.spawn(self)

    def lost(self, answered: bool, trouble: Trouble) -> None:
        """The connection went away. An idle one may have been closed by the upstream just before it
        was used again: then a harmless request goes out once more, on a new connection."""
        self.connection = None
        if trouble is Trouble.CLOSED and not answered and not self._fresh and self.method in IDEMPOTENT:
            self._fresh = True
            self._pool.spawn(self)
        else:
            self.sink.failed(trouble)


class UpstreamConnection(asyncio.Protocol):
    """One connection to an upstream, used for one call at a time."""

    transport: asyncio.Transport

    def __init__(self, pool: Pool, address: Address) -> None:
        self._pool = pool
        self._address = address
        self.call: Call | None = None
        self.paused = False
        self.idle_since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0

    def begin(self, call: Call) -> None:
        """Send the call's request and expect its answer."""
        self.call = call
        call.connection = self
        self._parser = httptools.HttpResponseParser(self)
        self._headers: Headers = []
        self._phrase = b""
        self._answered = False
        self._complete = False
        self._until_close = False
        self._keep = False
        self._deadline = self._pool.loop.time() + call.timeouts.read
        if self._timer is not None and self._timer.when() > self._deadline:
            self._stop_timer()
        if self._timer is None:
            self._timer = self._pool.loop.call_at(self._deadline, self._timed_out)
        self.transport.write(call.request)

    # --- asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        call = self.call
        if call is None:  # an answer that nobody asked for
            self.transport.abort()
            return
        self._deadline = self._pool.loop.time() + call.timeouts.read
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if not self._complete:
                self._fail(Trouble.INVALID)
                return
        if self.call is call:
            if self._complete:
                self._release(call)
            else:
                call.sink.flush()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._pool.forget(self._address, self)
        call, self.call = self.call, None
        if call is None:
            return
        if self._until_close and exc is None:
            call.connection = None
            call.sink.end()
            call.sink.flush()
        else:
            call.lost(self._answered, Trouble.CLOSED)

    # --- httptools

    def on_status(self, phrase: bytes) -> None:
        self._phrase += phrase

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        call = self.call
        if call is None or self._complete:
            self._until_close = True
            return
        status = self._parser.get_status_code()
        if status < 200:  # interim; the parser goes on with the answer itself
            self._headers, self._phrase = [], b""
            return
        self._answered = True
        self._keep = self._parser.should_keep_alive()  # only known here: the parser forgets at the end
        bodiless = call.method == "HEAD" or status in (204, 304)
        self._until_close = not self._keep and not bodiless and not self._framed()
        call.sink.head(status, self._phrase.decode("latin-1"), self._headers)
        if call.method == "HEAD":
            # The parser waits for the body that Content-Length announces; there is none.
            self._complete = True

    def on_body(self, body: bytes) -> None:
        if self._complete:
            self._until_close = True  # more than was announced: never use this connection again
        elif self.call is not None:
            self.call.sink.data(body)

    def on_message_complete(self) -> None:
        if self._answered:
            self._complete = True

    def _framed(self) -> bool:
        """Whether the headers tell where the body ends."""
        return any(name.lower() in ("content-length", "transfer-encoding") for name, _ in self._headers)

    # --- between calls

    def _release(self, call: Call) -> None:
        self.call = None
        call.connection = None
        if self._keep and not self._until_close and not self.transport.is_closing():
            self._pool.give(self._address, self)
        else:
            self._stop_timer()
            self.transport.close()
        call.sink.end()
        call.sink.flush()

    def _fail(self, trouble: Trouble) -> None:
        call, self.call = self.call, None
        self._stop_timer()
        self.transport.abort()
        if call:
            call.lost(True, trouble)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _timed_out(self) -> None:
        # One timer a connection, moved lazily: a timer a request costs more than the request.
        self._timer = None
        if self.call is None:
            return
        now = self._pool.loop.time()
        if self.paused:
            self._timer = self._pool.loop.call_at(now + self.call.timeouts.read, self._timed_out)
        elif now < self._deadline - 0.0005:
            self._timer = self._pool.loop.call_at(self._deadline, self._timed_out)
        else:
            self._fail(Trouble.READ_TIMEOUT)


class Pool:
    """Idle connections by address, and the opening of new ones."""

    def __init__(self, idle_per_address: int = 256) -> None:
        self.loop = asyncio.get_running_loop()
        self._idle: dict[Address, deque[UpstreamConnection]] = {}
        self._limit = idle_per_address
        self._opening: set[asyncio.Task[None]] = set()

    def call(self, address: Address, method: str, request: bytes, timeouts: Timeouts, sink: Sink) -> Call:
        """Send a request, whole as `request`; its answer goes to `sink`. The call can be cancelled."""
        call = Call(self, address, method, request, timeouts, sink)
        call.start()
        return call

    def take(self, address: Address) -> UpstreamConnection | None:
        """The idle connection that was used last, if any."""
        idle = self._idle.get(address)
        oldest = self.loop.time() - _IDLE_SECONDS
        while idle:
            connection = idle.pop()
            if not connection.transport.is_closing() and connection.idle_since > oldest:
                return connection
            connection.transport.abort()
        return None

    def give(self, address: Address, connection: UpstreamConnection) -> None:
        """Keep a connection for the next call."""
        idle = self._idle.setdefault(address, deque())
        idle.append(connection)
        connection.idle_since = self.loop.time()
        if len(idle) > self._limit:
            idle.popleft().transport.close()

    def forget(self, address: Address, connection: UpstreamConnection) -> None:
        """A connection is gone."""
        idle = self._idle.get(address)
        if idle and connection in idle:
            idle.remove(connection)

    def spawn(self, call: Call) -> None:
        """Open a connection for a call."""
        task = self.loop.create_task(self._open(call))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def close(self) -> None:
        """Cut every idle connection."""
        for idle in self._idle.values():
            for connection in list(idle):
                connection.transport.abort()
        self._idle.clear()

    async def _open(self, call: Call) -> None:
        address = call.address
        try:
            async with asyncio.timeout(call.timeouts.connect):
                _, connection = await self.loop.create_connection(
                    lambda: UpstreamConnection(self, address), *address
                )
        except TimeoutError:
            trouble = Trouble.CONNECT_TIMEOUT
        except OSError:
            trouble = Trouble.REFUSED
        else:
            if call.cancelled:
                connection.transport.abort()
            else:
                connection.begin(call)
            return
        if not call.cancelled:
            call.sink.failed(trouble)
