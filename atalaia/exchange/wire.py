"""HTTP/1.1 on a connection that is kept: a request as bytes, and one answer read, whatever is sent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from atalaia.exchange.arriving import Reads
from atalaia.exchange.body import BoundedBody, Undecodable
from atalaia.exchange.response import Response
from atalaia.exchange.step import Step

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9]\d\d)(?: ([^\r\n]*))?")
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)")
_LENGTH = re.compile(r"\d{1,15}")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,12})[ \t]*(?:;[^\r\n]*)?\r\n")
_INTERIM = 5
"""Answers of 1xx that are read over before the real one."""
_PIECE = 2**16


class Broken(Exception):
    """What came is no HTTP/1.1; the words hold nothing of it."""


def request_bytes(step: Step) -> bytes:
    """The request as it goes on the wire; with a length where it has a body."""
    lines = [f"{step.method} {step.target} HTTP/1.1", *(f"{name}: {value}" for name, value in step.headers)]
    body = step.body or b""
    if body or step.method in {"POST", "PUT", "PATCH"}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode() + body


async def read_answer(
    reader: Reads, method: str, cap: int, *, on_head: Callable[[Head], None] | None = None
) -> tuple[Response, bool]:
    """The next answer, at most `cap` bytes of its body, and whether the connection can be kept.

    `on_head` is told the answer's head as soon as it has come. Raises Broken, Undecodable, OSError.
    How long it takes is the caller's to bound.
    """
    for _ in range(_INTERIM):
        head = await _read_head(reader)
        if head.status >= 200:
            break
    else:
        raise Broken("nothing but interim answers")
    if on_head:
        on_head(head)
    body = BoundedBody(cap, head.first("content-encoding"))
    ended = await _read_body(reader, head, method, body)
    if not body.truncated:
        body.finish()
    closing = "close" in head.first("connection").lower() or head.version == 0
    return head.response(body.content, truncated=body.truncated), ended and not closing


class Head:
    """The head of an answer."""

    __slots__ = ("_named", "headers", "phrase", "status", "version")

    def __init__(self, version: int, status: int, phrase: str, headers: tuple[tuple[str, str], ...]) -> None:
        self.version = version
        """1 for HTTP/1.1, 0 for HTTP/1.0."""
        self.status = status
        self.phrase = phrase
        self.headers = headers
        self._named: dict[str, list[str]] = {}
        for name, value in headers:
            self._named.setdefault(name.lower(), []).append(value)

    def first(self, name: str) -> str:
        """The first value of a header by its name in small letters; empty where there is none."""
        return self.all(name)[0] if name in self._named else ""

    def all(self, name: str) -> list[str]:
        """Every value of a header by its name in small letters."""
        return self._named.get(name, [])

    def response(self, body: bytes = b"", *, truncated: bool = False) -> Response:
        """The answer with so much of its body."""
        return Response(
            status=self.status,
            reason_phrase=self.phrase,
            http_version=f"1.{self.version}",
            headers=self.headers,
            body=body,
            truncated=truncated,
        )


async def _read_head(reader: Reads) -> Head:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        raise Broken(
            "the server hung up in the answer's head" if error.partial else "the server hung up"
        ) from None
    except asyncio.LimitOverrunError:
        raise Broken("the answer's head is too long") from None
    first, *lines = head[:-4].split(b"\r\n")
    line = _STATUS.fullmatch(first)
    if line is None:
        raise Broken("illegal status line")
    headers = []
    for text in lines:
        if (header := _HEADER.fullmatch(text)) is None:
            raise Broken("illegal header line")
        headers.append((header[1].decode(), header[2].decode("latin-1").rstrip(" \t")))
    return Head(int(line[1]), int(line[2]), (line[3] or b"").decode("latin-1"), tuple(headers))


async def _read_body(reader: Reads, head: Head, method: str, body: BoundedBody) -> bool:
    """Feed the body; whether it was read to an end that leaves the connection usable."""
    if method == "HEAD" or head.status in {204, 304}:
        return True
    if head.first("transfer-encoding").lower() == "chunked":
        return await _read_chunks(reader, body)
    lengths = set(head.all("content-length"))
    if not lengths:
        return await _read(reader, None, body)
    if len(lengths) > 1 or not _LENGTH.fullmatch(length := lengths.pop()):
        raise Broken("illegal content length")
    return await _read(reader, int(length), body)


async def _read(reader: Reads, length: int | None, body: BoundedBody) -> bool:
    """Feed so many bytes, or all until the end; False where the connection cannot be kept after that."""
    left = length
    while left is None or left:
        data = await reader.read(_PIECE if left is None else min(_PIECE, left))
        if not data:
            if left is None:
                return False
            raise Broken("the server hung up in the answer's body")
        body.feed(data)
        if body.truncated:
            return False
        left = None if left is None else left - len(data)
    return True


async def _read_chunks(reader: Reads, body: BoundedBody) -> bool:
    try:
        while size := _size(await reader.readuntil(b"\r\n")):
            if not await _read(reader, size, body):
                return False
            _size(b"0" + await reader.readexactly(2))
        while await reader.readuntil(b"\r\n") != b"\r\n":
            pass  # trailers
    except asyncio.LimitOverrunError:
        raise Broken("illegal chunk") from None
    except asyncio.IncompleteReadError:
        raise Broken("the server hung up in the answer's body") from None
    return True


def _size(line: bytes) -> int:
    """The length of a chunk by the line before it."""
    if (size := _CHUNK.fullmatch(line)) is None:
        raise Broken("illegal chunk")
    return int(size[1], 16)


__all__ = ["Broken", "Undecodable", "read_answer", "request_bytes"]
