"""What observations tell people of themselves: how long each part of a drill took."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path


class Notes:
    """The notes of a run's observations, in a file that its processes share."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "notes.jsonl"

    def add(self, texts: Iterable[str]) -> None:
        """Add what one observation tells."""
        for text in texts:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            descriptor = os.open(self._path, flags, 0o600)
            try:
                os.write(descriptor, f"{json.dumps(text)}\n".encode())  # one write: lines stay whole
            finally:
                os.close(descriptor)

    def texts(self) -> tuple[str, ...]:
        """What was told so far."""
        try:
            return tuple(map(json.loads, self._path.read_text().splitlines()))
        except FileNotFoundError:
            return ()
