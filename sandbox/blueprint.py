"""What is decided before the first server of a sandbox starts, and where its files lie."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from atalaia.redaction import Redactor
from sandbox.limits import LIMITS, Windows
from sandbox.ports import Ports
from sandbox.secrets import Secrets

SOCKET_PATH_LIMIT = 90
"""Bytes of a unix socket's path: Linux allows 107, and HAProxy binds PATH.PID.tmp first."""


@dataclass(frozen=True)
class Blueprint:
    """A sandbox on paper."""

    id: str
    directory: Path
    """Everything that belongs to it; `down` removes it."""
    ports: Ports
    secrets: Secrets
    absent: tuple[str, ...] = field(default=())
    """Servers that are left out, because their program or what they need is missing."""
    windows: Windows = "declared"
    """How long its limiters count."""

    @property
    def environment_file(self) -> Path:
        """The environment file with the real ports; it appears once everything is ready."""
        return self.directory / "environment.yml"

    def home(self, server: str) -> Path:
        """The directory of one server: its configuration, its data, its working directory."""
        return self.directory / server

    def log(self, server: str) -> Path:
        """What a server says on its standard output and error."""
        return self.directory / "logs" / f"{server}.log"

    @property
    def declared(self) -> Path:
        """What the monitoring's configuration is meant to be, by server; a fault changes another copy."""
        return self.directory / "declared"

    def socket(self, server: str) -> Path:
        """The unix socket on which a server takes commands."""
        return self.directory / "run" / f"{server}.sock"

    @property
    def tls(self) -> Path:
        """The certificate authority and the front's certificate."""
        return self.directory / "tls"

    @property
    def kong_file(self) -> Path:
        """The declarative file that both nodes of Kong start with."""
        return self.directory / "kong" / "kong.yml"

    def has(self, server: str) -> bool:
        """Whether the server is part of this sandbox."""
        return server not in self.absent

    def redact(self, text: str) -> str:
        """The text without any of the sandbox's passwords."""
        return Redactor(self.secrets.values())(text)


def to_json(blueprint: Blueprint) -> dict[str, object]:
    """As it is kept in sandbox.json."""
    return {**asdict(blueprint), "directory": str(blueprint.directory)}


def from_json(document: dict[str, object]) -> Blueprint:
    """Read what `to_json` wrote. Raises TypeError, KeyError or ValueError for anything else."""
    parts = json.loads(json.dumps(document))
    if (windows := parts.get("windows", "declared")) not in LIMITS:
        raise ValueError(f"no such windows: {windows}")
    return Blueprint(
        id=parts["id"],
        directory=Path(parts["directory"]),
        ports=Ports(**parts["ports"]),
        secrets=Secrets(**parts["secrets"]),
        absent=tuple(parts["absent"]),
        windows=windows,
    )
