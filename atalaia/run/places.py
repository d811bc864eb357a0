"""Let many observe at once, or one that measures time or counts all alone, in one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_AT_ONCE = 16


class Places:
    """Places for observations. A loud one takes one of them; a quiet one has them all while it lasts."""

    def __init__(self, at_once: int = _AT_ONCE) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._at_once = at_once
        self._one_quiet = asyncio.Lock()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """One of many."""
        async with self._places:
            yield

    @asynccontextmanager
    async def all(self) -> AsyncIterator[None]:
        """All alone."""
        async with self._one_quiet:
            held = 0
            try:
                for _ in range(self._at_once):
                    await self._places.acquire()
                    held += 1
                yield
            finally:
                for _ in range(held):
                    self._places.release()
