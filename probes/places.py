"""Whose turn it is: a few at once that are busy, and many more that only wait for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE = 0.05
"""Seconds after which a probe counts as waiting: its place goes to the next."""


class Places:
    """Places for probes. One that takes long gives its place back before it has ended."""

    def __init__(self, busy: int, at_once: int) -> None:
        self._busy = asyncio.Semaphore(busy)
        self._under_way = asyncio.Semaphore(at_once)

    async def take(self) -> Callable[[object], None]:
        """Take a place as soon as there is one; what is returned is called when the probe has ended."""
        await self._under_way.acquire()
        await self._busy.acquire()
        place = _Place(self._busy)
        waiting = asyncio.get_running_loop().call_later(PATIENCE, place.give_back)

        def leave(_: object) -> None:
            waiting.cancel()
            place.give_back()
            self._under_way.release()

        return leave


class _Place:
    """A place that is given back once."""

    __slots__ = ("_busy", "_taken")

    def __init__(self, busy: asyncio.Semaphore) -> None:
        self._busy = busy
        self._taken = True

    def give_back(self) -> None:
        if self._taken:
            self._taken = False
            self._busy.release()
