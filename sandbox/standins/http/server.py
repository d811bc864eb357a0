"""The server side: one protocol object a connection, requests answered in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import httptools

from sandbox.standins.http.message import Request, Response, name_of, phrase_of, render

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True)
class Limits:
    """What a server takes from a client before it refuses."""

    header_bytes: int = 64 * 1024
    body_bytes: int = 8 * 1024 * 1024
    pipelined: int = 16
    """Requests that may wait on one connection; reading pauses beyond them."""
    idle_seconds: float = 75.0
    half_closed: bool = True
    """Answer clients that have closed their side, as Node.js does; nginx takes them for gone."""


class Handler(Protocol):
    """What answers requests: at once, or later through the same `Reply`."""

    def __call__(self, request: Request, reply: Reply) -> None:
        """Answer `request` by calling `reply.send`, or `reply.begin` … `reply.finish`."""

    def refuse(self, status: int) -> Response:
        """The answer to something that is no request (400), or a request too large (413, 431)."""


class Reply:
    """The way back to the client for one request."""

    __slots__ = ("_connection", "abandoned", "done", "request")

    def __init__(self, connection: Connection, request: Request) -> None:
        self._connection = connection
        self.request = request
        self.done = False
        self.abandoned: Callable[[], None] | None = None
        """Called when the client goes away before the answer is finished."""

    def send(self, response: Response) -> int:
        """Answer with a whole response; its bytes. Nothing is sent where the client has gone."""
        request = self.request
        keep_alive = request.keep_alive and not response.close
        data = render(response, request.method, request.version, keep_alive)
        self.write(data)
        self.finish(keep_alive)
        return len(data)

    def write(self, data: bytes) -> None:
        """Write bytes of the answer as they are: head included, already framed."""
        if not self.done:
            self._connection.transport.write(data)

    def finish(self, keep_alive: bool) -> None:
        """The answer is whole; the connection may take the next request."""
        if not self.done:
            self.done = True
            self._connection.answered(keep_alive)

    def abort(self) -> None:
        """Cut the connection: the answer cannot be finished truthfully."""
        self.done = True
        self._connection.transport.abort()

    @property
    def congested(self) -> bool:
        """Whether the client reads more slowly than it is written to."""
        return self._connection.congested

    def on_drained(self, callback: Callable[[], None]) -> None:
        """Call back once the client has caught up."""
        self._connection.drained = callback


class Connection(asyncio.Protocol):
    """A client's connection: parses requests, queues what is pipelined, answers one at a time."""

    transport: asyncio.Transport

    def __init__(self, server: Server) -> None:
        self._server = server
        self._limits = server.limits
        self._parser = httptools.HttpRequestParser(self)
        self._incoming: Request | None = None
        self._target = b""
        self._in_head = True
        self._head_bytes = 0
        self._complete = 0
        self._queue: deque[Request] = deque()
        self._reply: Reply | None = None
        self._refused: Response | None = None
        self._paused = False
        self._upgraded = False
        self._half_closed = False
        self.congested = False
        self.drained: Callable[[], None] | None = None
        self.last_active = server.loop.time()

    @property
    def idle(self) -> bool:
        """Whether no request waits or is being answered."""
        return self._reply is None and not self._queue

    # --- asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self._peer = transport.get_extra_info("peername") or ("", 0)
        self._local = transport.get_extra_info("sockname") or ("", 0)
        self._server.connections.add(self)
        self._server.accepted += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        self._queue.clear()
        reply, self._reply = self._reply, None
        if reply and not reply.done:
            reply.done = True
            if reply.abandoned:
                reply.abandoned()
        if self.drained:
            drained, self.drained = self.drained, None
            drained()

    def data_received(self, data: bytes) -> None:
        if self._refused or self._upgraded:
            return
        self.last_active = self._server.loop.time()
        complete = self._complete
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._upgraded = True  # the request stands; what follows it is no HTTP
        except httptools.HttpParserError:
            self._refuse(400)
        if self._in_head and complete == self._complete:
            self._head_bytes += len(data)
            if self._head_bytes > self._limits.header_bytes:
                self._refuse(431)

    def eof_received(self) -> bool:
        self._half_closed = True
        return self._limits.half_closed and not self.idle

    def pause_writing(self) -> None:
        self.congested = True

    def resume_writing(self) -> None:
        self.congested = False
        if self.drained:
            drained, self.drained = self.drained, None
            drained()

    # --- httptools

    def on_message_begin(self) -> None:
        self._incoming = None
        self._target = b""
        self._headers: list[tuple[str, str]] = []

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name_of(name), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        parser = self._parser
        request = Request(
            parser.get_method().decode("ascii"), self._target.decode("latin-1"), self._peer, self._local
        )
        request.headers = self._headers
        request.version = parser.get_http_version()
        request.keep_alive = parser.should_keep_alive()
        self._in_head = False
        self._incoming = request
        expect = request.header("expect")
        if expect and expect.lower() == "100-continue" and self._reply is None:
            self.transport.write(_CONTINUE)

    def on_body(self, body: bytes) -> None:
        request = self._incoming
        if request is None or self._refused:
            return
        if not request.body:
            request.body = bytearray()
        request.body += body
        if len(request.body) > self._limits.body_bytes:
            self._incoming = None
            self._refuse(413)

    def on_message_complete(self) -> None:
        request, self._incoming = self._incoming, None
        self._in_head = True
        self._head_bytes = 0
        self._complete += 1
        if request is None or self._refused:
            return
        if self._upgraded:
            request.keep_alive = False
        if self._reply is not None or self._queue:
            self._queue.append(request)
            if len(self._queue) >= self._limits.pipelined and not self._paused:
                self._paused = True
                self.transport.pause_reading()
            return
        self._start(request)

    # --- one request after the other

    def _start(self, request: Request) -> None:
        self._reply = reply = Reply(self, request)
        self._server.handler(request, reply)

    def answered(self, keep_alive: bool) -> None:
        """The current answer is written: go on with the next request, or close."""
        self._reply = None
        if not keep_alive or self._upgraded:
            self._queue.clear()
            self.transport.close()
            return
        if self._queue:
            # Not from here: a thousand pipelined requests answered at once would nest as deep.
            self._server.loop.call_soon(self._next)
        elif self._refused:
            self._end(self._refused)
        elif self._half_closed:
            self.transport.close()

    def _next(self) -> None:
        if self._reply is None and self._queue and not self.transport.is_closing():
            request = self._queue.popleft()
            if self._paused and len(self._queue) < self._limits.pipelined // 2:
                self._paused = False
                self.transport.resume_reading()
            self._start(request)

    def _refuse(self, status: int) -> None:
        if self._refused is None:
            self._refused = self._server.handler.refuse(status)
            if self._reply is None and not self._queue:
                self._end(self._refused)

    def _end(self, response: Response) -> None:
        if response.phrase is None:
            response.phrase = phrase_of(response.status)
        self.transport.write(render(response, "GET", "1.1", keep_alive=False))
        self.transport.close()


class Server:
    """A listener that can be closed with everything on it, and opened again on the same port."""

    def __init__(self, handler: Handler, host: str, port: int, limits: Limits | None = None) -> None:
        self.handler = handler
        self.host = host
        self.port = port
        self.limits = limits or Limits()
        self.connections: set[Connection] = set()
        self.accepted = 0
        self.loop = asyncio.get_running_loop()
        self._listener: asyncio.Server | None = None
        self._sweep: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        if self._listener is None:
            self._listener = await self.loop.create_server(
                lambda: Connection(self), self.host, self.port, backlog=1024, reuse_address=True
            )
            self._sweep = self.loop.call_later(self.limits.idle_seconds / 5, self._close_idle)

    async def stop(self) -> None:
        """Close the listener and cut every open connection."""
        if self._listener is not None:
            listener, self._listener = self._listener, None
            listener.close()
            if self._sweep:
                self._sweep.cancel()
            for connection in list(self.connections):
                connection.transport.abort()

    def _close_idle(self) -> None:
        before = self.loop.time() - self.limits.idle_seconds
        for connection in list(self.connections):
            if connection.last_active < before and connection.idle:
                connection.transport.close()
        self._sweep = self.loop.call_later(self.limits.idle_seconds / 5, self._close_idle)
