"""A real Prometheus that scrapes nothing: its API and its arithmetic, at once."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.standins import ask, free_ports


@contextmanager
def prometheus(directory: Path, configuration: str = "{}", deadline: float = 20.0) -> Iterator[int]:
    """Run it in this directory until the block ends; yields its port."""
    (port,) = free_ports(1)
    file = directory / "prometheus.yml"
    file.write_text(configuration)
    process = subprocess.Popen(
        [
            "prometheus", f"--config.file={file}", f"--web.listen-address=127.0.0.1:{port}",
            f"--storage.tsdb.path={directory / 'data'}", f"--web.console.templates={directory}",
            f"--web.console.libraries={directory}",
        ],
        cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until = time.monotonic() + deadline
        while not _ready(port):
            assert process.poll() is None, "Prometheus ended"
            assert time.monotonic() < until, "Prometheus is not ready in time"
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(port: int) -> bool:
    try:
        return ask(port, "GET", "/-/ready").status == 200
    except OSError:
        return False
