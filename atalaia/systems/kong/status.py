"""What a Kong node says about itself: its Admin API's /status."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.systems.document import Unreadable, instead_of, json_object


@dataclass(frozen=True)
class KongStatus:
    """The parts of /status that tell whether the node can do its work."""

    configuration_hash: str | None
    """Hash of the declarative configuration; None where the node runs with a database."""
    database_reachable: bool | None
    """None where it runs without a database."""
    total_requests: int | None

    @property
    def empty(self) -> bool:
        """Whether it runs without a database and has no configuration."""
        return self.configuration_hash is not None and not self.configuration_hash.strip("0")


def parse_status(body: bytes) -> KongStatus | Unreadable:
    """Read the document of /status; Unreadable where it is not Kong's."""
    document = json_object(body)
    if isinstance(document, Unreadable):
        return document
    server = document.get("server")
    if ("configuration_hash" not in document and "database" not in document) or not isinstance(server, dict):
        return Unreadable(instead_of(body, "Kong's status"))
    database = document.get("database")
    reachable = database.get("reachable") if isinstance(database, dict) else None
    configuration_hash = document.get("configuration_hash")
    requests = server.get("total_requests")
    return KongStatus(
        configuration_hash if isinstance(configuration_hash, str) else None,
        reachable if isinstance(reachable, bool) else None,
        requests if isinstance(requests, int) else None,
    )
