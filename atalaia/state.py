"""Where Atalaia keeps what outlives a run: running sandboxes, the budget ledger, probe state."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path


def state_directory() -> Path:
    """`$ATALAIA_STATE_DIR`; else /var/lib/atalaia for root; else the XDG state directory.

    Root's own home is closed to other accounts, and a root-started sandbox runs PostgreSQL as
    another account, so root's state does not live there.
    """
    if chosen := os.environ.get("ATALAIA_STATE_DIR"):
        return Path(chosen).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/atalaia")
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "atalaia"


@dataclass(frozen=True)
class ProcessIdentity:
    """A process that a process id alone cannot name: ids are used again."""

    name: str
    pid: int
    start_ticks: int
    """Field 22 of /proc/PID/stat: clock ticks between boot and the start of the process."""

    @property
    def alive(self) -> bool:
        """Whether this very process runs (a zombie does not)."""
        stat = _stat(self.pid)
        return stat is not None and stat[0] != "Z" and int(stat[19]) == self.start_ticks


def identify(name: str, pid: int) -> ProcessIdentity | None:
    """The identity of a running process; None where there is none."""
    stat = _stat(pid)
    return ProcessIdentity(name, pid, int(stat[19])) if stat else None


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox as it stands in the state directory: DIRECTORY/sandbox.json and environment.yml."""

    id: str
    directory: Path
    processes: tuple[ProcessIdentity, ...]

    @property
    def environment_file(self) -> Path:
        """The environment file with the sandbox's real ports."""
        return self.directory / "environment.yml"

    @property
    def running(self) -> bool:
        """Whether any of its processes is alive and its environment file is written."""
        return self.environment_file.is_file() and any(process.alive for process in self.processes)


def sandboxes() -> list[RunningSandbox]:
    """Every sandbox of the state directory, running or left behind, by id."""
    root = state_directory() / "sandboxes"
    return [_read(path) for path in sorted(root.iterdir())] if root.is_dir() else []


def _read(directory: Path) -> RunningSandbox:
    try:
        document = json.loads((directory / "sandbox.json").read_text())
        processes = tuple(ProcessIdentity(**process) for process in document["processes"])
    except (OSError, ValueError, KeyError, TypeError):
        processes = ()
    return RunningSandbox(directory.name, directory, processes)


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state (field 3) on."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text[text.rindex(")") + 2 :].split()
