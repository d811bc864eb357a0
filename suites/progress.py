"""One line that tells how far a run is, for people in front of a terminal; nothing in a pipeline."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import TextIO

from atalaia.run.waits import Interval

_EVERY = 0.5
_PATIENCE = 2.0
"""Seconds after which a reader wonders."""
_WIDTH = 78


class Progress:
    """Writes over its own line, and takes it away again when the run ends."""

    def __init__(self, told: Callable[[], str], screen: TextIO = sys.stderr) -> None:
        self._told = told
        self._screen = screen
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="atalaia-progress", daemon=True)

    def start(self) -> None:
        """Begin, where there is a terminal to write to."""
        if self._screen.isatty():
            self._thread.start()

    def stop(self) -> None:
        """Take the line away."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2 * _EVERY)

    def _tell(self) -> None:
        if self._over.wait(_PATIENCE):
            return
        while True:
            self._screen.write(f"\r{self._told()[:_WIDTH]:<{_WIDTH}}")
            self._screen.flush()
            if self._over.wait(_EVERY):
                self._screen.write(f"\r{'':<{_WIDTH}}\r")
                self._screen.flush()
                return


def progress_line(done: int, planned: int, waits: tuple[Interval, ...], now: float | None = None) -> str:
    """`212 of 380 results; waiting for limiters' windows, until 14:03:07 at the latest`, local time."""
    moment = time.time() if now is None else now
    latest = max((until for start, until in waits if start <= moment), default=0.0)
    end = time.strftime("%H:%M:%S", time.localtime(latest))
    waiting = f"; waiting for limiters' windows, until {end} at the latest" if latest - moment >= 1 else ""
    return f"  {done} of {planned} results{waiting}"
