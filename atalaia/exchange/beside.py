"""Work beside the event loop that nobody can cancel: threads that hold up neither the loop nor the exit."""

from __future__ import annotations

import _thread
import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import TypeVar, cast

T = TypeVar("T")

_MOST_IDLE = 8
"""Threads that are kept for the next work; one that hangs is replaced, as often as it takes."""

_lock = threading.Lock()
_waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()
_idle = 0


def beside(work: Callable[[], None]) -> None:
    """Begin the work at once, on an idle thread or a new one. It must not raise."""
    global _idle
    with _lock:
        found = _idle > 0
        if found:
            _idle -= 1
    if found:
        _waiting.put(work)
    else:
        # threading.Thread.start would wait here until the thread runs.
        _thread.start_new_thread(_work, (work,))


async def aside(work: Callable[[], T]) -> T:
    """What the work gives, or raises, while the loop goes on.

    Who is cancelled waits no longer; the work is done all the same, and nobody is told.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error:
            answer.set_exception(error)
        else:
            answer.set_result(cast(T, result))

    def done() -> None:
        result, problem = None, None
        try:
            result = work()
        except Exception as error:
            problem = error
        with suppress(RuntimeError):  # the loop ended before the work did
            loop.call_soon_threadsafe(tell, result, problem)

    beside(done)
    return await answer


def _work(work: Callable[[], None]) -> None:
    global _idle
    while True:
        work()
        with _lock:
            if _idle >= _MOST_IDLE:
                return
            _idle += 1
        work = _waiting.get()
