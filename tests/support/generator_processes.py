"""The processes of a load, as the system tells them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

PATIENCE = 60.0
"""Seconds; a deadline, no measure."""


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def workers(pid: int) -> list[int]:
    """The workers of the generator that this process has started."""
    generators = [child for child in children(pid) if is_generator(child)]
    return [worker for generator in generators for worker in children(generator)]


def is_generator(pid: int) -> bool:
    """Whether it is the generator of a load."""
    return b"loadtests.generator" in Path(f"/proc/{pid}/cmdline").read_bytes()


def alive(pid: int) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(there: Any) -> None:
    """Wait for it, with a deadline."""
    deadline = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < deadline, "not within a minute"
        time.sleep(0.05)
