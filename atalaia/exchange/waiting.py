"""A wait for the stack's own clock is told when it begins, so that a run can say what it waits for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Noted = Callable[[float, float], None]
"""Told of a wait that begins: Unix times, from and until."""

_NOTED: ContextVar[Noted | None] = ContextVar("noted", default=None)


@contextmanager
def telling(noted: Noted) -> Iterator[None]:
    """Tell of every wait that begins within."""
    token = _NOTED.set(noted)
    try:
        yield
    finally:
        _NOTED.reset(token)


async def wait(seconds: float) -> None:
    """Wait so long, and tell of it."""
    noted = _NOTED.get()
    if noted is not None:
        now = time.time()
        noted(now, now + seconds)
    await asyncio.sleep(seconds)
