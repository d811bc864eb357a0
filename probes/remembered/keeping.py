"""Writing down what was planned, for the next run."""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from probes.remembered.kept import SUFFIX, written
from probes.remembered.planned import Made
from probes.remembered.sealed import sealed
from probes.watch import Watch

_MOST = 50
"""Plans that are kept, the latest: each sandbox has a file of its own, which is soon gone."""
_OURS = re.compile(rf"[0-9a-f]{{24}}{re.escape(SUFFIX)}(\.[0-9a-f]{{8}})?")


def remember(place: Path, path: Path, watch: Watch, made: Made, key: bytes) -> None:
    """Keep a plan, where it can be kept without its secrets, and there is room for it.

    The state file is beside it: whoever cannot write there is told so by that. This is only remembered.
    """
    body = sealed(watch, made.readings.texts, len(made.ground.variables))
    if body is None:
        return
    with suppress(OSError):
        # Not its parents: what the state's directory is, and whose, is not settled here.
        place.parent.mkdir(exist_ok=True, mode=0o700)
        if not _is_own(place.parent):
            return
        _write(place, written(path, made.ground, made.readings, body, key))
        _forget(place.parent)


def _is_own(directory: Path) -> bool:
    found = directory.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _write(place: Path, content: bytes) -> None:
    """All of it or nothing, for this account only. Raises OSError."""
    partial = place.with_name(f"{place.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        partial.rename(place)
    except OSError:
        partial.unlink()
        raise


def _forget(directory: Path) -> None:
    """Take all but the latest away, and after them what runs that were killed have half written."""
    ours = [entry for entry in directory.iterdir() if _OURS.fullmatch(entry.name)]
    latest = sorted(ours, key=lambda entry: entry.lstat().st_mtime, reverse=True)
    for entry in latest[_MOST:]:
        entry.unlink(missing_ok=True)
