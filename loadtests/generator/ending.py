"""Being asked to end, and losing who started us: nobody sends on alone."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import gevent


def on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` at SIGTERM and SIGINT, as often as they come."""
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stop)


def with_parent(directory: Path | None) -> None:
    """End this process at once when the other end of its standard input closes: its parent is gone.

    `directory` holds the plan, with its tokens, and has nobody left who would remove it.
    """

    def read() -> None:
        if os.read(0, 4096):
            return
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)
        os._exit(1)

    watcher = gevent.get_hub().loop.io(0, 1, ref=False)
    watcher.start(read)
    _kept.append(watcher)


_kept: list[object] = []
