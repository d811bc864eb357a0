"""The sandbox that faults are played on; one whose fault could not be reverted is replaced."""

from __future__ import annotations

from sandbox import launcher
from sandbox.limits import Windows
from sandbox.running import Sandbox


class Stage:
    """A sandbox that is started when it is first needed."""

    def __init__(self, windows: Windows = "declared") -> None:
        self._windows = windows
        self._sandbox: Sandbox | None = None

    @property
    def sandbox(self) -> Sandbox:
        """A healthy sandbox; started where there is none."""
        if self._sandbox is None:
            self._sandbox = launcher.up(windows=self._windows)
        return self._sandbox

    def discard(self) -> None:
        """End the sandbox; the next who asks gets a new one."""
        if self._sandbox is not None:
            launcher.down(directory=self._sandbox.directory)
            self._sandbox = None
