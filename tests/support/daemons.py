"""A real server of the monitoring, alone, until a block ends."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.standins import ask

_BETWEEN = 0.02
"""Seconds between two looks at whether it is ready."""


@contextmanager
def daemon(command: list[str], port: int, directory: Path, deadline: float) -> Iterator[int]:
    """Run it in this directory; yields its port once /-/ready says so there, ends it by its own process."""
    process = subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + deadline
        while not _ready(port):
            assert process.poll() is None, f"{command[0]} ended"
            assert time.monotonic() < until, f"{command[0]} is not ready in time"
            time.sleep(_BETWEEN)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(port: int) -> bool:
    try:
        return ask(port, "GET", "/-/ready").status == 200
    except OSError:
        return False
