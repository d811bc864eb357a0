"""A connection to an upstream: one request at a time, the answer streamed to a sink."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import httptools

from sandbox.standins.http.message import Headers, name_of

if TYPE_CHECKING:
    from sandbox.standins.http.pool import Call, Pool

Address = tuple[str, int]


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
        self._parser: httptools.HttpResponseParser | None = None
        """Kept for the next answer, where it has seen the end of the last."""

    def begin(self, call: Call) -> None:
        """Send the call's request and expect its answer."""
        self.call = call
        call.connection = self
        if self._parser is None:
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
        assert self._parser is not None
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._parser = None
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
        self._headers.append((name_of(name), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        call = self.call
        if call is None or self._complete:
            self._until_close = True
            return
        assert self._parser is not None
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
            self._parser = None

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
