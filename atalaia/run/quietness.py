"""Let many observe at once, or one that measures time or counts all alone, over all processes of a run."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_AT_ONCE = 16
_EVERY = 0.01
"""Seconds between two looks at a lock that another process holds."""


class Quietness:
    """Places for observations. Loud ones share; a quiet one has the run for itself while it lasts.

    Within a process places are counted; between processes a file is locked, shared or alone. Who wants
    to be alone first takes the turnstile that all others pass, so that it is not kept waiting for ever.
    """

    def __init__(self, directory: Path, at_once: int = _AT_ONCE) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._at_once = at_once
        self._one_quiet = asyncio.Lock()
        self._turnstile, self._hall = directory / "turnstile.lock", directory / "quiet.lock"

    @asynccontextmanager
    async def loud(self) -> AsyncIterator[None]:
        """One of many."""
        async with self._places:
            async with _locked(self._turnstile, fcntl.LOCK_SH):
                hall = await _lock(self._hall, fcntl.LOCK_SH)
            try:
                yield
            finally:
                os.close(hall)

    @asynccontextmanager
    async def quiet(self) -> AsyncIterator[None]:
        """All alone."""
        async with self._one_quiet:
            held = 0
            try:
                for _ in range(self._at_once):
                    await self._places.acquire()
                    held += 1
                async with _locked(self._turnstile, fcntl.LOCK_EX), _locked(self._hall, fcntl.LOCK_EX):
                    yield
            finally:
                for _ in range(held):
                    self._places.release()


@asynccontextmanager
async def _locked(path: Path, how: int) -> AsyncIterator[None]:
    descriptor = await _lock(path, how)
    try:
        yield
    finally:
        os.close(descriptor)


async def _lock(path: Path, how: int) -> int:
    """A descriptor that holds the lock until it is closed; a process that is killed holds nothing."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, how | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(_EVERY)
            else:
                return descriptor
    except BaseException:
        os.close(descriptor)
        raise
