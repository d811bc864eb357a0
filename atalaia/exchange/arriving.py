"""Bytes as they come, read by a coroutine that is sent on by hand: without futures or turns of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from types import coroutine
from typing import Protocol

_LIMIT = 2**16
"""Bytes that are looked through for a separator."""


class Reads(Protocol):
    """As much of `asyncio.StreamReader` as reading an answer takes."""

    async def read(self, n: int) -> bytes:
        """At least one byte, at most `n`; none at the end."""

    async def readuntil(self, separator: bytes) -> bytes:
        """What comes up to a separator, and it. Raises IncompleteReadError, LimitOverrunError."""

    async def readexactly(self, n: int) -> bytes:
        """So many bytes. Raises IncompleteReadError."""


@coroutine
def _more() -> Generator[None, None, None]:
    """Whoever sends the coroutine on has fed more, or has said that this is the end."""
    yield


class Arriving:
    """What came and was not read yet.

    Whoever reads suspends until `send(None)`; the one who sends has called `feed` or `end` before.
    """

    __slots__ = ("_buffer", "_ended", "_error")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._ended = False
        self._error: Exception | None = None

    def feed(self, data: bytes) -> None:
        """More came."""
        self._buffer += data

    def end(self, error: Exception | None = None) -> None:
        """No more will come; what ended it, where that was an error, is raised after all that came."""
        if not self._ended:
            self._ended, self._error = True, error

    async def read(self, n: int) -> bytes:
        """At least one byte, at most `n`; none at the end. Raises what ended the connection."""
        while not self._buffer:
            if self._ended:
                if self._error:
                    raise self._error
                return b""
            await _more()
        return self._take(n)

    async def readuntil(self, separator: bytes) -> bytes:
        """What comes up to a separator, and it. Raises IncompleteReadError, LimitOverrunError."""
        looked = 0
        while (at := self._buffer.find(separator, looked)) < 0:
            looked = max(0, len(self._buffer) - len(separator) + 1)
            if looked > _LIMIT:
                raise asyncio.LimitOverrunError("no separator", looked)
            await self._until_more()
        return self._take(at + len(separator))

    async def readexactly(self, n: int) -> bytes:
        """So many bytes. Raises IncompleteReadError."""
        while len(self._buffer) < n:
            await self._until_more()
        return self._take(n)

    async def _until_more(self) -> None:
        if self._ended:
            if self._error:
                raise self._error
            raise asyncio.IncompleteReadError(bytes(self._buffer), None)
        await _more()

    def _take(self, n: int) -> bytes:
        taken = bytes(memoryview(self._buffer)[:n])
        del self._buffer[:n]
        return taken
