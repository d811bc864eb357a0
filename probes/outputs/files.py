"""Writing a file so that nobody ever reads half of it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from atalaia.errors import DeliveryError


@contextmanager
def deliverable(path: Path) -> Iterator[None]:
    """What the file system refuses inside is a DeliveryError about this file."""
    try:
        yield
    except OSError as error:
        told = error.strerror or str(error)
        raise DeliveryError("a file of results cannot be written", where=str(path), observed=told) from error


def put(path: Path, text: str) -> None:
    """Put a text in the place of a file, readable by everybody. Raises DeliveryError."""
    # Beside it, so that renaming is one step; ending so that no collector takes it for a file to read.
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    with deliverable(path):
        try:
            with partial.open("x", encoding="utf-8", errors="replace") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            partial.chmod(0o644)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
