"""Shared memory that PostgreSQL would leave behind when it is killed: seen before, removed after."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from atalaia.state import ProcessIdentity

_POSIX = re.compile(r" (/dev/shm/PostgreSQL\.\d+)$")
_SYSTEM_V = re.compile(r" (\d+) +/SYSV[0-9a-f]{8} \(deleted\)$")
"""Linux shows a segment's number where a mapped file has its inode."""


@dataclass(frozen=True)
class SharedMemory:
    """What processes had mapped: files in /dev/shm, and segments by number."""

    files: frozenset[Path]
    segments: frozenset[str]

    def release(self) -> None:
        """Remove what is left of it and used by nobody any more."""
        for file in self.files:
            file.unlink(missing_ok=True)
        attached = {
            fields[1]: fields[6]
            for fields in map(str.split, Path("/proc/sysvipc/shm").read_text().splitlines()[1:])
        }
        for number in self.segments:
            if attached.get(number) == "0":
                subprocess.run(["ipcrm", "-m", number], check=False, capture_output=True)


def mapped_by(processes: Iterable[ProcessIdentity]) -> SharedMemory:
    """The shared memory that these processes have mapped now."""
    files: set[Path] = set()
    segments: set[str] = set()
    for process in processes:
        try:
            maps = Path(f"/proc/{process.pid}/maps").read_text().splitlines()
        except OSError:
            continue  # ended meanwhile
        for line in maps:
            if found := _POSIX.search(line):
                files.add(Path(found[1]))
            elif found := _SYSTEM_V.search(line):
                segments.add(found[1])
    return SharedMemory(frozenset(files), frozenset(segments))
