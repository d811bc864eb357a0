"""Work beside the event loop that computes, and waits for nobody."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import TypeVar

T = TypeVar("T")


async def computed(work: Callable[[], T]) -> T:
    """What the work gives, or raises.

    Where who waits for it is cancelled, what has begun is done all the same: leave alone what it works on.
    """
    return await asyncio.get_running_loop().run_in_executor(_threads(), work)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), "computing", _make_room)


def _make_room() -> None:
    """Leave the processor to who was woken by an answer and notes when it came: the loop, and threads that
    look names up. SCHED_BATCH (sched(7)) costs this thread nothing else.
    """
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
