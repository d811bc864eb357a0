"""Whether the event loop ran when it should: a busy machine, or we ourselves, may keep it from that."""

from __future__ import annotations

import asyncio
import time
from collections import deque

_EVERY = 0.05
"""Seconds between two looks."""


class LoopWatch:
    """Notices how long the event loop was kept from running, by a busy machine or by ourselves."""

    def __init__(self) -> None:
        self._held_up: deque[tuple[float, float]] = deque(maxlen=1000)
        self._task: asyncio.Task[None] | None = None
        self._due = 0.0

    def start(self) -> None:
        """Begin to watch the running loop, if that was not begun before."""
        if self._task is None:
            self._due = time.monotonic() + _EVERY
            self._task = asyncio.create_task(self._watch())

    def stop(self) -> None:
        """Watch no more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def worst_since(self, moment: float) -> float:
        """The longest time, in seconds, that the loop was held up at once after a monotonic moment."""
        # The watch itself may be due and not have run yet: what is late now counts too.
        late_now = time.monotonic() - self._due if self._task else 0.0
        return max([late_now, *(late for at, late in self._held_up if at >= moment)])

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            now = time.monotonic()
            if now - self._due > _EVERY:
                self._held_up.append((now, now - self._due))
            self._due = now + _EVERY
