"""Whether results could be written, said before a run and not after it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from atalaia.errors import UsageError


def refuse_unwritable(directory: Path, option: str) -> None:
    """Raise UsageError, naming the option, where no file can be made in the directory."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            return
    except OSError as error:
        raise UsageError(
            f"results cannot be written here: {error.strerror}",
            where=str(directory),
            hint=f"choose another place with {option}",
        ) from None
