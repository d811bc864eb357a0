"""The file that a plan is remembered in: what it stands on in a line of JSON, and behind it the plan."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from probes.remembered.ground import Ground
from probes.remembered.sealed import sealed
from probes.watch import Watch

_VERSION = 1
_SUFFIX = ".plan"
_BROKEN = (ValueError, KeyError, TypeError, RecursionError)
"""What is raised for what was cut short by a full disk, or was never written here."""


@dataclass(frozen=True)
class Kept:
    """What such a file holds."""

    ground: Ground
    body: bytes


def read(place: Path) -> Kept | None:
    """What is kept there; None where it is nothing, or nothing that only this account could have written."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
            return None
        head, _, body = file.read().partition(b"\n")
    try:
        told = json.loads(head)
        if told["version"] != _VERSION or told["body"] != _digest(body):
            return None
        return Kept(Ground.read(told["ground"]), body)
    except _BROKEN:
        return None


def keep(place: Path, path: Path, watch: Watch, ground: Ground, variables: Mapping[str, str]) -> None:
    """Remember a plan, where it can be kept without its secrets, and there is room for it."""
    contents = ground.unchanged(variables)
    if contents is None:
        return  # somebody writes the file while it is read
    body = sealed(watch, contents, variables, (*ground.variables, *ground.secret))
    if body is None:
        return
    head = {
        "version": _VERSION, "path": os.path.abspath(path), "body": _digest(body), "ground": ground.told(),
    }  # fmt: skip
    written = json.dumps(head).encode() + b"\n" + body
    # The state file is beside it: whoever cannot write there is told so by that. This is only remembered.
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _forget_others(place.parent)
        _write(place, written)


def _write(place: Path, written: bytes) -> None:
    """All of it or nothing, for this account only. Raises OSError."""
    partial = place.with_name(f"{place.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(written)
        partial.rename(place)
    except OSError:
        partial.unlink()
        raise


def _forget_others(directory: Path) -> None:
    """Take away what is remembered of files that are gone (each sandbox has one of its own), and what a run
    that was killed has half written. Whoever is just writing remembers next time."""
    for place in directory.iterdir():
        try:
            head = place.read_bytes().partition(b"\n")[0]
            gone = place.suffix != _SUFFIX or not Path(json.loads(head)["path"]).exists()
        except (OSError, *_BROKEN):
            gone = True
        if gone:
            place.unlink(missing_ok=True)


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=20).hexdigest()
