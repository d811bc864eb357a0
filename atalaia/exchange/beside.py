"""Work beside the event loop that nobody can cancel: threads that hold up neither the loop nor the exit."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable
from queue import SimpleQueue

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


def _work(work: Callable[[], None]) -> None:
    global _idle
    while True:
        work()
        with _lock:
            if _idle >= _MOST_IDLE:
                return
            _idle += 1
        work = _waiting.get()
