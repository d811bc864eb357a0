"""Sandboxes for tests: a state directory of their own, and what the kernel knows of their processes."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox import launcher
from sandbox.process import descendants, strays


@contextmanager
def state_directory() -> Iterator[Path]:
    """An empty state directory that PostgreSQL's account may pass through, unlike pytest's tmp_path.

    Sandboxes that a failed test leaves in it are ended.
    """
    former = os.environ.get("ATALAIA_STATE_DIR")
    state = Path(tempfile.mkdtemp(prefix="atalaia-", dir="/tmp"))
    state.chmod(0o711)
    os.environ["ATALAIA_STATE_DIR"] = str(state)
    try:
        yield state
    finally:
        for left in (state / "sandboxes").glob("*"):
            launcher.down(directory=left)
        shutil.rmtree(state)
        if former is None:
            del os.environ["ATALAIA_STATE_DIR"]
        else:
            os.environ["ATALAIA_STATE_DIR"] = former


def processes_of(directory: Path) -> list[int]:
    """Process ids of everything that runs for the sandbox in this directory."""
    marked = strays(directory.name, directory)
    return [process.pid for process in (*marked, *descendants(marked))]


def processes_below(state: Path) -> list[int]:
    """Process ids of everything that runs for any sandbox below this state directory.

    Told by where a process works and writes, and not by what `down` looks for.
    """
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                places = [os.readlink(entry / "cwd"), os.readlink(entry / "fd" / "1")]
            except OSError:
                continue
            if any(place.startswith(f"{state}/") for place in places):
                found.append(int(entry.name))
    return found


def sockets_of(pid: int) -> set[str]:
    """Inodes of the sockets that a process holds."""
    held = (os.readlink(entry) for entry in _entries(Path(f"/proc/{pid}/fd")))
    return {link[len("socket:[") : -1] for link in held if link.startswith("socket:[")}


def _entries(directory: Path) -> Iterator[Path]:
    for entry in directory.iterdir():
        if entry.is_symlink():
            yield entry


def bound_addresses(inodes: set[str]) -> set[str]:
    """Hexadecimal addresses on which these TCP (listening) and UDP sockets are bound."""
    found = set()
    for table, listening in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if state == listening and rest[5] in inodes:
                found.add(local.partition(":")[0])
    return found


def files_written_by(pid: int) -> set[str]:
    """Paths of the regular files that a process has open for writing."""
    found = set()
    for entry in _entries(Path(f"/proc/{pid}/fd")):
        try:
            path, flags = os.readlink(entry), (entry.parent.parent / "fdinfo" / entry.name).read_text()
        except FileNotFoundError:
            continue  # closed in between
        mode = int(flags.split("flags:")[1].split()[0], 8)
        if path.startswith("/") and not path.startswith(("/dev/", "/proc/")) and mode & os.O_ACCMODE:
            found.add(path)
    return found


def proportional_memory(pid: int) -> int:
    """Bytes of memory that a process uses, its part of what it shares with others (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"the kernel does not tell the memory of process {pid}")
