"""Whose a run is: whether the process still lives that recorded it."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from atalaia.state import ProcessIdentity, identify

_PATIENCE = 3600.0
"""Seconds. A process of another machine or container cannot be looked at: its run is over after so long."""


@cache
def this_process() -> str:
    """The name of this process, over all machines and containers that may share a state directory."""
    me = identify("", os.getpid())
    return f"{_space()} {os.getpid()} {me.start_ticks if me else 0}"


def over(owner: str, started: float, now: float) -> bool:
    """Whether the run that this process began at `started` has nobody any more who ends it."""
    space, pid, ticks = owner.rsplit(" ", 2)
    if space == _space():
        return not ProcessIdentity("", int(pid), int(ticks)).alive
    return not started <= now < started + _PATIENCE


def _space() -> str:
    """Where process ids mean the same: this boot of this machine, this container."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot} {os.readlink('/proc/self/ns/pid')}"
