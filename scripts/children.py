"""Commands that must end by themselves: a signal reaches them, and their end is waited for."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

INTERRUPTED = 130
"""The exit code of what was interrupted; its caller goes no further."""

ROOT = Path(__file__).resolve().parents[1]


class Children:
    """Runs commands one after the other, and remembers whether it was asked to stop."""

    def __init__(self) -> None:
        self.interrupted = False
        self._running: subprocess.Popen[bytes] | None = None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupt)

    def run(self, *command: str | Path) -> int:
        """Run it in the checkout and wait for its own end. A negative code names a signal."""
        sys.stdout.flush()
        self._running = subprocess.Popen(command, cwd=ROOT)
        return self._running.wait()

    def _interrupt(self, number: int, _: object) -> None:
        """Ctrl-C reaches every process of the terminal by itself; other signals are handed on."""
        self.interrupted = True
        if number != signal.SIGINT and self._running and self._running.poll() is None:
            try:
                self._running.send_signal(number)
            except PermissionError:  # sudo's process belongs to root; it gets what the terminal sends
                return
