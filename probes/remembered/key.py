"""The key by which plans are known as our own: in memory only, so that no copy of a disk holds it."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, and the name alone lets nobody in
_LENGTH = 32


def key(memory: Path = _MEMORY) -> bytes | None:
    """The key of this account on this machine, until it is started anew; None where it has no file system in
    memory, or where somebody else has taken the name.

    With it, what is stored to notice a change tells nobody who copies the disk whether a guessed password
    is the right one.
    """
    place = memory / f"atalaia-{os.geteuid()}.key"
    try:
        return _read(place) or _made(place)
    except OSError:
        return None


def _made(place: Path) -> bytes | None:
    """A new one, or that of whoever was quicker. Raises OSError."""
    fresh = place.with_name(f"{place.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_LENGTH))
        os.link(fresh, place)
    except FileExistsError:
        pass  # somebody was quicker, or is in the way
    finally:
        os.unlink(fresh)
    return _read(place)


def _read(place: Path) -> bytes | None:
    """The key, where it is one that nobody else can read or have written. Raises OSError."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        found = os.fstat(descriptor)
        mine = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077
        content = os.read(descriptor, _LENGTH + 1) if mine else b""
    finally:
        os.close(descriptor)
    return content if len(content) == _LENGTH else None
