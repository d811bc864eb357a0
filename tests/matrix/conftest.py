"""A sandbox for each worker; one whose fault could not be reverted is replaced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox import launcher
from sandbox.running import Sandbox
from tests.support.sandboxes import state_directory


class Stage:
    """The sandbox that faults are played on."""

    def __init__(self) -> None:
        self._sandbox: Sandbox | None = None

    @property
    def sandbox(self) -> Sandbox:
        """A healthy sandbox; started where there is none."""
        if self._sandbox is None:
            self._sandbox = launcher.up()
        return self._sandbox

    def discard(self) -> None:
        """End the sandbox; the next who asks gets a new one."""
        if self._sandbox is not None:
            launcher.down(directory=self._sandbox.directory)
            self._sandbox = None


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """The stage of this worker, in a state directory of its own."""
    with state_directory():
        yield Stage()
