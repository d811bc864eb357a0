"""Ending a sandbox for certain: every process that belongs to it, then its files."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterable
from pathlib import Path

from atalaia.errors import NotMeasured, UsageError
from atalaia.state import ProcessIdentity
from sandbox.process import descendants, signal_process, strays, wait_for_end
from sandbox.record import Record, read
from sandbox.servers.postgres import release_shared_memory
from sandbox.shared_memory import mapped_by

_PATIENCE = 5.0
"""Seconds that a server gets to end by itself before it is killed."""


def end(process: ProcessIdentity, number: signal.Signals = signal.SIGTERM) -> None:
    """End one server and its children: asked first, killed when it does not obey. Blocks meanwhile.

    Raises NotMeasured when it cannot be ended.
    """
    family = [process, *descendants([process])]
    signal_process(process, number)
    left = wait_for_end(family, _PATIENCE)
    for one in left:
        signal_process(one, signal.SIGKILL)
    if wait_for_end(left, _PATIENCE):
        raise NotMeasured("cannot be ended", where=process.name)


def tear_down(directory: Path, stop_signals: dict[str, signal.Signals]) -> None:
    """End every process of the sandbox in this directory, and remove the directory.

    Works on what a launcher left that was killed at any moment: processes are found by the record,
    by the mark in their environment, by where they write, and as children of those. Raises
    UsageError while the sandbox is being started by somebody else, NotMeasured when something
    cannot be ended.
    """
    record = _read(directory)
    launcher = record.launcher if record else None
    if launcher and launcher.alive and launcher.pid != os.getpid():
        raise UsageError(
            f"the sandbox {directory.name} is being started by process {launcher.pid}",
            hint="wait until it is up, or end that process first",
        )
    recorded = record.processes if record else ()
    deadline = time.monotonic() + 4 * _PATIENCE
    # Again until none is found: a process that is ended may just have started another.
    while roots := _roots(directory, recorded):
        if time.monotonic() > deadline:
            pids = ", ".join(str(process.pid) for process in roots)
            raise NotMeasured(f"processes of the sandbox {directory.name} cannot be ended", observed=pids)
        family = [*roots, *descendants(roots)]
        shared = mapped_by(family)
        for process in roots:
            signal_process(process, stop_signals.get(process.name, signal.SIGTERM))
        for process in wait_for_end(family, _PATIENCE):
            signal_process(process, signal.SIGKILL)
        if not wait_for_end(family, 1.0):
            shared.release()
    _remove(directory)


def _read(directory: Path) -> Record | None:
    try:
        return read(directory)
    except UsageError:
        return None  # the launcher was killed before it could write, or the file is broken


def _roots(directory: Path, recorded: Iterable[ProcessIdentity]) -> list[ProcessIdentity]:
    """What is alive of the recorded processes and of those that carry the sandbox' mark."""
    alive = [process for process in recorded if process.alive]
    known = {process.pid for process in alive}
    return [*alive, *(stray for stray in strays(directory.name, directory) if stray.pid not in known)]


def _remove(directory: Path) -> None:
    release_shared_memory(directory / "postgres")
    try:
        shutil.rmtree(directory)
    except FileNotFoundError:
        return
    except OSError as error:
        raise NotMeasured(
            "the files of the sandbox cannot be removed", where=str(directory), observed=error.strerror or ""
        ) from None
