"""sandbox.json: which processes a sandbox has, written after each start so that none is lost."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from atalaia.errors import UsageError
from atalaia.state import ProcessIdentity
from sandbox import blueprint as blueprints
from sandbox.blueprint import Blueprint


@dataclass(frozen=True)
class Record:
    """A sandbox as it stands in the state directory."""

    blueprint: Blueprint
    processes: tuple[ProcessIdentity, ...] = ()
    launcher: ProcessIdentity | None = None
    """Who is starting it; None once it is up."""

    def process(self, server: str) -> ProcessIdentity | None:
        """The process of a server, alive or not; None where it was stopped or never started."""
        return next((process for process in self.processes if process.name == server), None)

    def started(self, process: ProcessIdentity) -> Record:
        """With this process in the place of any former one of the same server."""
        return replace(self.stopped(process.name), processes=(*self.stopped(process.name).processes, process))

    def stopped(self, server: str) -> Record:
        """Without the process of this server."""
        return replace(self, processes=tuple(p for p in self.processes if p.name != server))


def write(record: Record) -> None:
    """Write sandbox.json at once as a whole, for its owner only: it holds the passwords."""
    document = {
        **blueprints.to_json(record.blueprint),
        "launcher": asdict(record.launcher) if record.launcher else None,
        "processes": [asdict(process) for process in record.processes],
    }
    path = record.blueprint.directory / "sandbox.json"
    write_private(path.with_suffix(".new"), json.dumps(document, indent=1))
    path.with_suffix(".new").replace(path)


def read(directory: Path) -> Record:
    """Read sandbox.json. Raises UsageError where there is none, or none that can be read."""
    path = directory / "sandbox.json"
    try:
        document = json.loads(path.read_text())
        launcher = document["launcher"]
        return Record(
            blueprint=blueprints.from_json(document),
            processes=tuple(ProcessIdentity(**process) for process in document["processes"]),
            launcher=ProcessIdentity(**launcher) if launcher else None,
        )
    except FileNotFoundError:
        raise UsageError("there is no sandbox here", where=str(directory)) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            "the record of this sandbox cannot be read",
            where=str(path),
            observed=type(error).__name__,
            hint=f"atalaia sandbox down {directory.name}",
        ) from None


def write_private(path: Path, text: str | bytes) -> None:
    """Write a file that only its owner may read, whatever the umask and even for a moment."""
    data = text.encode() if isinstance(text, str) else text
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        file.write(data)
