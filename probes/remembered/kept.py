"""The file that a plan is remembered in: what it stands on, what proves it, and the plan, a line each."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from hmac import compare_digest
from pathlib import Path

from probes.remembered.ground import Ground, Readings
from probes.remembered.sealed import unsealed
from probes.watch import Watch

SUFFIX = ".plan"
_VERSION = 1
_MOST = 2**26


def read(place: Path, path: Path, variables: Mapping[str, str], key: bytes) -> Watch | None:
    """What is kept there of this environment file; None where it was not written here with the key, or where
    anything that it was made of has changed."""
    raw = _bytes(place)
    head, _, rest = raw.partition(b"\n")
    mac, _, body = rest.partition(b"\n")
    try:
        told = json.loads(head)
        ground = Ground.of(told["ground"])
        readings = ground.readings(variables)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None  # cut short by a full disk, or never written here
    if readings is None or told.get("path") != str(path):
        return None
    if not compare_digest(readings.mac(key, head, body).encode(), mac):
        return None
    return unsealed(body, readings.texts)


def written(path: Path, ground: Ground, readings: Readings, body: bytes, key: bytes) -> bytes:
    """What `read` reads."""
    head = json.dumps({"version": _VERSION, "path": str(path), "ground": ground.told()}).encode()
    return b"\n".join([head, readings.mac(key, head, body).encode(), body])


def _bytes(place: Path) -> bytes:
    """What is in a file; nothing where there is none, or it is no plain file."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST:
            return b""
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(_MOST)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
