"""Being asked to end: a run finishes what it has begun, and tells what it knows."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

_TO_END = (signal.SIGTERM, signal.SIGINT)


class Asked:
    """Whether this process was asked to end, and by which signal."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.by = ""
        """The signal's name; empty until then."""

    def hear(self, number: signal.Signals) -> None:
        """It was asked to."""
        self.by = self.by or number.name
        self.event.set()


@contextmanager
def to_end() -> Iterator[Asked]:
    """Within the block SIGTERM and SIGINT end nothing by themselves: what is yielded tells of them."""
    asked = Asked()
    loop = asyncio.get_running_loop()
    for number in _TO_END:
        loop.add_signal_handler(number, asked.hear, number)
    try:
        yield asked
    finally:
        for number in _TO_END:
            loop.remove_signal_handler(number)
