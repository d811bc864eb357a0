"""The document of /status, on the Admin API and on the Status API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atalaia.systems.kong.entities import EMPTY_HASH


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """What a node tells about itself."""

    configuration_hash: str | None
    """None where the node has a database instead."""
    database_reachable: bool | None
    total_requests: int
    connections_active: int

    @property
    def empty(self) -> bool:
        """Whether the node serves no configuration at all."""
        return self.configuration_hash == EMPTY_HASH


def parse_status(document: Any) -> NodeStatus:
    """Raises ValueError, saying what is missing, where the document is not Kong's."""
    if not isinstance(document, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one error for all unusable documents
    server = document.get("server")
    if not isinstance(server, dict) or not isinstance(server.get("total_requests"), int):
        raise ValueError("no server.total_requests")  # noqa: TRY004
    configuration_hash = document.get("configuration_hash")
    if configuration_hash is not None and not isinstance(configuration_hash, str):
        raise ValueError("configuration_hash is no text")
    database = document.get("database")
    reachable = database.get("reachable") if isinstance(database, dict) else None
    return NodeStatus(
        configuration_hash=configuration_hash,
        database_reachable=reachable if isinstance(reachable, bool) else None,
        total_requests=server["total_requests"],
        connections_active=int(server.get("connections_active") or 0),
    )
