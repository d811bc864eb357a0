"""How the process is called, by loadtests.process and by a master for its own workers."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Arguments:
    """What the process is to be."""

    directory: Path
    """Holds plan.json; live.jsonl and measured.json are written there."""
    workers: int
    """Processes of this machine that send; with one, and no others, it is this one itself."""
    remote: int
    """Workers of other machines."""
    bind: tuple[str, int]
    """Where workers find the master; port 0: any."""
    master: tuple[str, int] | None
    """The master, for a worker."""
    local: bool
    """Whether the master is on this machine, and its clock is ours."""
    csv: Path | None
    html: Path | None
    web: bool

    @property
    def alone(self) -> bool:
        """Whether one process does everything."""
        return self.workers == 1 and not self.remote


def read(given: list[str] | None = None) -> Arguments:
    """The command line."""
    parser = argparse.ArgumentParser(prog="loadtests.generator", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--remote", type=int, default=0)
    parser.add_argument("--bind", type=_address, default=("127.0.0.1", 0))
    parser.add_argument("--master", type=_address)
    parser.add_argument("--local", action="store_true")
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--html", type=Path)
    parser.add_argument("--web", action="store_true")
    return Arguments(**vars(parser.parse_args(given)))


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)
