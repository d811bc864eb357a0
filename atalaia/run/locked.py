"""Files that are locked by one process of a run, or by several together, while something lasts."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_EVERY = 0.01
"""Seconds between two looks at a lock that another process holds."""


@asynccontextmanager
async def alone(path: Path) -> AsyncIterator[None]:
    """Nobody else has the file's lock."""
    async with _locked(path, fcntl.LOCK_EX):
        yield


@asynccontextmanager
async def among_others(path: Path) -> AsyncIterator[None]:
    """Nobody has the file's lock alone."""
    async with _locked(path, fcntl.LOCK_SH):
        yield


@asynccontextmanager
async def _locked(path: Path, how: int) -> AsyncIterator[None]:
    # The descriptor holds the lock until it is closed; a process that is killed holds nothing.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _taken(descriptor, how):
            await asyncio.sleep(_EVERY)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
