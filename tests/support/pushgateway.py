"""A real Pushgateway, alone: its API, and what it makes of a push."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.daemons import daemon
from tests.support.standins import free_ports


@contextmanager
def pushgateway(directory: Path, port: int = 0, deadline: float = 20.0) -> Iterator[int]:
    """Run it, persisting to this directory, until the block ends; yields its port."""
    port = port or free_ports(1)[0]
    command = [
        "prometheus-pushgateway", f"--web.listen-address=127.0.0.1:{port}",
        f"--persistence.file={directory / 'pushed'}", "--web.enable-admin-api",
    ]  # fmt: skip
    with daemon(command, port, directory, deadline):
        yield port
