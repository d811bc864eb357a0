"""PostgreSQL: log in, be what it must be, near enough to its primary, and give what a query must give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pydantic import JsonValue

from atalaia.exchange.network import Network
from atalaia.systems.postgres.model import PostgresLogin
from probes.model import Attempt, Planned


@dataclass(frozen=True)
class Postgres:
    """Parameters of a postgres probe."""

    login: PostgresLogin
    role: Literal["primary", "replica"] | None = None
    """What it must be; None: either."""
    replication_lag: timedelta | None = None
    """A replica is at most this far behind."""
    query: str | None = None
    """One query that reads; it runs in a read-only transaction …"""
    value: JsonValue = None
    """… and the one value that it gives; None: whatever it gives."""


async def probe(planned: Planned, network: Network) -> Attempt:
    """Log in and ask."""
    raise NotImplementedError
