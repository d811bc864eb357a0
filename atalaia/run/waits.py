"""How long a run had to wait for moments that the stack decides: the windows of limiters."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

Interval = tuple[float, float]
"""Unix times: from, until."""


class Waits:
    """The waits of a run, in a file that its processes share; each is noted when it begins."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "waits.jsonl"

    def note(self, start: float, until: float) -> None:
        """A wait that begins, or one that is over."""
        if until <= start:
            return
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, f"{json.dumps([start, until])}\n".encode())  # one write: lines stay whole
        finally:
            os.close(descriptor)

    def intervals(self) -> tuple[Interval, ...]:
        """Those that were noted so far."""
        try:
            lines = self._path.read_text().splitlines()
        except FileNotFoundError:
            return ()
        return tuple((start, until) for start, until in map(json.loads, lines))


def covered(intervals: Iterable[Interval], now: float) -> float:
    """Seconds until `now` in which at least one wait was under way."""
    seconds, end = 0.0, 0.0
    for start, until in sorted(intervals):
        stop = min(until, now)
        seconds += max(0.0, stop - max(start, end))
        end = max(end, stop)
    return seconds
