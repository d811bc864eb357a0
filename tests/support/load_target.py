"""A target of loads that counts what it sees, and misbehaves by path."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"id": 42}\n'
_ANSWERS = {
    "/ok": _OK,
    "/503": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    "/interim": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + _OK,
    "/head": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n",
    "/garbage": b"ICY 200 OK\r\n\r\n",
    "/short": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nnot all of it",
    "/until-end": b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
    "/closing": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
}  # fmt: skip
_ENDING = {"/short", "/until-end", "/closing", "/garbage"}


@dataclass
class Target:
    """What it has seen."""

    port: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    """By method and path."""
    refused: Counter[str] = field(default_factory=Counter)
    """Those whose connection was closed instead of an answer."""
    sources: Counter[str] = field(default_factory=Counter)
    """Requests by the address they came from."""
    heads: dict[str, str] = field(default_factory=dict)
    """The last head, by method and path."""
    bodies: dict[str, list[str]] = field(default_factory=dict)
    connections: int = 0
    silent: bool = False
    """Whether it answers nothing now: it is as if it were stopped."""


class _Connection(asyncio.Protocol):
    def __init__(self, target: Target, held: list[tuple[asyncio.Transport, bytes]]) -> None:
        self._target = target
        self._held = held
        self._buffer = b""
        self._answered = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._target.connections += 1
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].decode("latin-1")
            lengths = [line[15:] for line in head.split("\r\n") if line.startswith("Content-Length:")]
            length = int(lengths[0]) if lengths else 0
            if len(self._buffer) < end + 4 + length:
                return
            body = self._buffer[end + 4 : end + 4 + length]
            self._buffer = self._buffer[end + 4 + length :]
            self._see(head, body.decode())

    def _see(self, head: str, body: str) -> None:
        target = self._target
        method, where, _ = head.split(" ", 2)
        path = where.partition("?")[0]
        what = f"{method} {path}"
        target.requests[what] += 1
        target.sources[self._transport.get_extra_info("peername")[0]] += 1
        target.heads[what] = head
        target.bodies.setdefault(what, []).append(body)
        if path == "/drop" or (path == "/once" and self._answered):
            target.refused[what] += 1
            self._transport.abort() if path == "/drop" else self._transport.close()
            return
        self._answered += 1
        answer = _ANSWERS.get(path, _OK)
        if path == "/elsewhere":
            answer = b"HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n"
        if path == "/echo":
            told = json.dumps({"path": where, "body": body}).encode()
            answer = b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told)
        if target.silent:
            self._held.append((self._transport, answer))
            return
        self._transport.write(answer)
        if path in _ENDING:
            self._transport.close()


@contextmanager
def load_target(tls: ssl.SSLContext | None = None) -> Iterator[Target]:
    """Serve on a free port of loopback until the end of the block."""
    target, ready, done = Target(), threading.Event(), threading.Event()

    async def serve() -> None:
        held: list[tuple[asyncio.Transport, bytes]] = []
        server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(target, held), "127.0.0.1", 0, backlog=4096, ssl=tls
        )
        target.port = server.sockets[0].getsockname()[1]
        ready.set()
        while not done.is_set():
            await asyncio.sleep(0.01)
            if not target.silent:
                while held:
                    transport, answer = held.pop()
                    transport.write(answer)
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield target
    finally:
        done.set()
        thread.join(10)
