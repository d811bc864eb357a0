"""GET /metrics: what a long run knows so far, for a Prometheus that scrapes the run itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from atalaia.errors import UsageError

_HEAD = 8192
"""Bytes of a request's head."""
_PATIENCE = 10.0
"""Seconds that a client has to ask, and to take the answer."""
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Page:
    """What is served; empty until there is something."""

    def __init__(self) -> None:
        self.text = ""


@asynccontextmanager
async def serving(page: Page, address: tuple[str, int]) -> AsyncIterator[int]:
    """Serve it within the block; yields the port. Raises UsageError where nobody can listen there."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_answer(head, page))
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            writer.transport.abort()  # whoever asks so gets nothing

    try:
        server = await asyncio.start_server(answer, *address, limit=_HEAD)
    except OSError as error:
        where = f"{address[0]}:{address[1]}"
        raise UsageError(
            "/metrics cannot be served here", where=where, observed=error.strerror or str(error)
        ) from None
    async with server:
        yield server.sockets[0].getsockname()[1]


def _answer(head: bytes, page: Page) -> bytes:
    method, _, rest = head.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0]
    if method not in {b"GET", b"HEAD"}:
        return _written("405 Method Not Allowed", "GET only\n", body=True)
    if path == b"/-/healthy":
        return _written("200 OK", "healthy\n", body=method == b"GET")
    if path != b"/metrics":
        return _written("404 Not Found", "there is /metrics, and /-/healthy\n", body=method == b"GET")
    if not page.text:
        return _written("503 Service Unavailable", "there is nothing to tell yet\n", body=method == b"GET")
    return _written("200 OK", page.text, body=method == b"GET")


def _written(status: str, text: str, *, body: bool) -> bytes:
    content = text.encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {_TEXT}\r\nContent-Length: {len(content)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + (content if body else b"")
