"""A real Prometheus that scrapes nothing: its API and its arithmetic, at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.daemons import daemon
from tests.support.standins import free_ports


@contextmanager
def prometheus(directory: Path, configuration: str = "{}", deadline: float = 20.0) -> Iterator[int]:
    """Run it in this directory until the block ends; yields its port."""
    (port,) = free_ports(1)
    file = directory / "prometheus.yml"
    file.write_text(configuration)
    command = [
        "prometheus", f"--config.file={file}", f"--web.listen-address=127.0.0.1:{port}",
        f"--storage.tsdb.path={directory / 'data'}", f"--web.console.templates={directory}",
        f"--web.console.libraries={directory}",
    ]  # fmt: skip
    with daemon(command, port, directory, deadline):
        yield port
