"""A real Pushgateway, alone: its API, and what it makes of a push."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.standins import ask, free_ports


@contextmanager
def pushgateway(directory: Path, port: int = 0, deadline: float = 20.0) -> Iterator[int]:
    """Run it, persisting to this directory, until the block ends; yields its port."""
    port = port or free_ports(1)[0]
    process = subprocess.Popen(
        [
            "prometheus-pushgateway", f"--web.listen-address=127.0.0.1:{port}",
            f"--persistence.file={directory / 'pushed'}", "--web.enable-admin-api",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until = time.monotonic() + deadline
        while not _ready(port):
            assert process.poll() is None, "the Pushgateway ended"
            assert time.monotonic() < until, "the Pushgateway is not ready in time"
            time.sleep(0.02)
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
