"""Let many observe at once, or one that measures time or counts all alone, over all processes of a run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from atalaia.run.locked import alone, among_others


class Quietness:
    """A hall for observations. Loud ones share it; a quiet one has it for itself while it lasts.

    Who wants to be alone first takes the turnstile that all others pass, so that it is not kept waiting
    for ever. Whoever is in the hall waits for nothing that others hold.
    """

    def __init__(self, directory: Path) -> None:
        self._turnstile, self._hall = directory / "turnstile.lock", directory / "quiet.lock"

    @asynccontextmanager
    async def loud(self) -> AsyncIterator[None]:
        """One of many."""
        async with AsyncExitStack() as within:
            async with among_others(self._turnstile):
                await within.enter_async_context(among_others(self._hall))
            yield

    @asynccontextmanager
    async def quiet(self) -> AsyncIterator[None]:
        """All alone."""
        async with alone(self._turnstile), alone(self._hall):
            yield
