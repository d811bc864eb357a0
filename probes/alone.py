"""One run at a time of one environment, location and shard on this machine."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from atalaia.errors import NotMeasured
from probes.vantage import Vantage

_POLL = 0.05


@contextmanager
def alone(directory: Path, vantage: Vantage, patience: float) -> Iterator[None]:
    """Hold the lock of a vantage; it goes with the process, however that ends.

    Waits for `patience` seconds; then raises NotMeasured. Where the file system takes no lock (a full disk,
    no permission) the run goes on without: the state file beside it will say so, and count nothing.
    """
    lock = _opened(directory, vantage)
    try:
        if lock is not None:
            _take(lock, vantage, patience)
        yield
    finally:
        if lock is not None:
            os.close(lock)


def _opened(directory: Path, vantage: Vantage) -> int | None:
    name = hashlib.blake2b(vantage.path.encode(), digest_size=8).hexdigest()
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(directory / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None


def _take(lock: int, vantage: Vantage, patience: float) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise NotMeasured(
                    f"another run of the probes of {vantage.environment} is under way here",
                    where=f"location {vantage.location or '(none)'}, shard {vantage.shard}",
                    hint="it holds the lock until it has ended; `atalaia probe show NAME` tells what it saw",
                ) from None
            time.sleep(_POLL)
        else:
            return
