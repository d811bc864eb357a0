"""A runner of probes as users start it: `atalaia probe …` in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from atalaia.systems.prometheus.exposition import read
from tests.support.standins import ask


@dataclass
class Prober:
    """An environment of its own, and where its state is kept."""

    directory: Path
    document: dict[str, Any]

    def __post_init__(self) -> None:
        self.state = self.directory / "state"
        self.write()

    @property
    def environment(self) -> Path:
        """The environment file."""
        return self.directory / "mine.yml"

    @property
    def state_file(self) -> Path:
        """The state file."""
        return self.state / "probes" / "mine.sqlite"

    def write(self) -> None:
        """Write the environment file."""
        self.environment.write_text(yaml.safe_dump(self.document))

    def command(self, *words: str) -> list[str]:
        """The command line."""
        return [sys.executable, "-m", "atalaia.cli", "probe", *words, "--env", str(self.environment)]

    @property
    def variables(self) -> dict[str, str]:
        """The process environment."""
        return {**os.environ, "ATALAIA_STATE_DIR": str(self.state)}

    def __call__(self, *words: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return subprocess.run(
            self.command(*words),
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    @contextmanager
    def begun(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Start it; killed at the end of the block where it still runs."""
        process = subprocess.Popen(
            self.command(*words),
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


def lying(port: int, metric: str, label: str = "probe") -> dict[str, float]:
    """What a page has of a metric: a label's value → the value."""
    found = read(ask(port, "GET", "/metrics").body)
    return {
        dict(sample.labels).get(label, ""): sample.value for sample in found.samples if sample.name == metric
    }
