"""The server programs: which Debian package each is in, and where it lies."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from atalaia.errors import NotMeasured

_ELSEWHERE = ("/usr/local/sbin", "/usr/sbin", "/sbin")
_POSTGRESQL = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Program:
    """A program that a package brings."""

    name: str
    package: str

    def find(self) -> str | None:
        """Its path: on PATH, in a place for servers, or among PostgreSQL's own; None where it is not."""
        return shutil.which(self.name) or shutil.which(self.name, path=":".join(self._places()))

    @property
    def path(self) -> str:
        """Its path. Raises NotMeasured, saying how to install it."""
        if found := self.find():
            return found
        raise missing([self])

    def _places(self) -> list[str]:
        # Debian keeps PostgreSQL's programs apart, by version; the newest wins.
        versions = [p for p in _POSTGRESQL.glob("*/bin") if p.parent.name.isdigit()]
        newest = sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
        return [*map(str, newest), *_ELSEWHERE]


def missing(programs: list[Program]) -> NotMeasured:
    """The error that names every missing program and the one command that brings them."""
    packages = sorted({program.package for program in programs})
    return NotMeasured(
        f"the sandbox needs programs that are not installed: {', '.join(p.name for p in programs)}",
        hint=f"install them: {install_command(packages)} "
        "(`make setup` also keeps their daemons from starting); "
        "or start what is there: atalaia sandbox up --partial",
    )


def install_command(packages: list[str]) -> str:
    """The command that installs these packages."""
    return f"apt-get install --no-install-recommends {' '.join(packages)}"
