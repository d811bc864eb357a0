"""A master's own workers: processes of this machine that end with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


class Family:
    """The workers that a master has started."""

    def __init__(self, directory: Path | None = None, workers: int = 0) -> None:
        self._children = [
            subprocess.Popen(
                [sys.executable, "-P", "-m", "loadtests.generator", "--directory", str(directory), "--local"],
                stdin=subprocess.PIPE,  # it tells where the master is, and by its end that there is none
                start_new_session=True,
            )
            for _ in range(workers)
        ]

    def tell(self, host: str, port: int) -> None:
        """Tell them where the master is."""
        for child in self._children:
            assert child.stdin is not None
            try:
                child.stdin.write(f"{host}:{port}\n".encode())
                child.stdin.flush()
            except BrokenPipeError:  # it has ended already, which is seen by its absence
                continue

    def alive(self, pid: int) -> bool | None:
        """Whether a worker is still there; None where it is none of ours."""
        found = [child for child in self._children if child.pid == pid]
        return found[0].poll() is None if found else None

    def any_dead(self) -> bool:
        """Whether one of them has ended."""
        return any(child.poll() is not None for child in self._children)

    def end(self) -> None:
        """All of them have told everything, or are lost."""
        for child in self._children:
            if child.poll() is None:
                child.kill()
        for child in self._children:
            child.wait()
