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
    """The master, for a worker of another machine …"""
    local: bool
    """… and for one of its own: it reads from its standard input where the master is, and has its clock."""
    csv: Path | None
    html: Path | None
    web: tuple[str, int] | None
    """Where Locust's page is shown."""

    @property
    def sends(self) -> bool:
        """Whether it is a worker of a master."""
        return self.local or self.master is not None

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
    parser.add_argument("--bind", type=address, default=("127.0.0.1", 0))
    parser.add_argument("--master", type=address)
    parser.add_argument("--local", action="store_true")
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--html", type=Path)
    parser.add_argument("--web", type=address)
    return Arguments(**vars(parser.parse_args(given)))


def address(text: str) -> tuple[str, int]:
    """host:port, the host of IPv6 in brackets."""
    host, _, port = text.strip().rpartition(":")
    return host.strip("[]"), int(port)
