"""A sandbox for each worker; one whose fault could not be reverted is replaced."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import launcher
from sandbox.running import Sandbox


class Stage:
    """The sandbox that faults are played on."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._sandbox: Sandbox | None = None
        self._started = 0

    @property
    def sandbox(self) -> Sandbox:
        """A healthy sandbox; started where there is none."""
        if self._sandbox is None:
            self._started += 1
            self._sandbox = launcher.up(directory=self._directory / f"s{self._started}")
        return self._sandbox

    def discard(self) -> None:
        """End the sandbox; the next who asks gets a new one."""
        if self._sandbox is not None:
            launcher.down(directory=self._sandbox.directory)
            self._sandbox = None


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    # Not below pytest's own directories: PostgreSQL's account may not enter those.
    with tempfile.TemporaryDirectory(prefix="atalaia-matrix-") as name:
        os.chmod(name, 0o711)
        before = os.environ.get("ATALAIA_STATE_DIR")
        os.environ["ATALAIA_STATE_DIR"] = f"{name}/state"
        stage = Stage(Path(name))
        try:
            yield stage
        finally:
            stage.discard()
            if before is None:
                del os.environ["ATALAIA_STATE_DIR"]
            else:
                os.environ["ATALAIA_STATE_DIR"] = before
