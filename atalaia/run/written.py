"""Documents that a reader sees whole: the old one or the new one, never a part."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from atalaia.errors import DeliveryError


def replace(path: Path, text: str) -> None:
    """Write a document in the place of the old one, to outlive a power cut. Raises DeliveryError."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with deliverable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("x", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
        _sync(path.parent)


def _sync(directory: Path) -> None:
    """Make a rename outlive a power cut."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def deliverable(path: Path) -> Iterator[None]:
    """What fails within is a DeliveryError with the file's name."""
    try:
        yield
    except OSError as error:
        raise DeliveryError(
            f"results cannot be written: {error.strerror}",
            where=str(error.filename or path),
            hint="free the disk or choose another directory with --out",
        ) from error
