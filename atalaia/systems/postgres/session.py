"""As whom PostgreSQL is asked, and what it says: plain, since probes that start every minute keep it."""

from __future__ import annotations

from dataclasses import dataclass, field

from atalaia.environment.url import Url
from atalaia.exchange.failure import Failure


@dataclass(frozen=True)
class PostgresAccount:
    """Where to log in, as whom, and what is asked beside who the server is."""

    url: Url
    password: str = field(default="", repr=False)
    """The password, where the URL has none."""
    lag: bool = False
    """Whether a replica is asked how far it is behind."""
    query: str | None = None
    """One statement that reads, asked in a read-only transaction."""


@dataclass(frozen=True, kw_only=True)
class PostgresSession:
    """What a session found out, or why there was none."""

    server_version: str | None = None
    one: int | None = None
    """The answer to SELECT 1."""
    in_recovery: bool | None = None
    """Whether it replays another server's log, as a replica does."""
    replication_lag: float | None = None
    """Seconds that a replica is behind, where it was asked and knows."""
    rows: int | None = None
    """Rows that the query gave, where one was asked; 2 stands for more."""
    value: str | int | float | bool | None = None
    """The first value of its first row; what JSON has no type for is told as text."""
    failure: Failure | None = None
    logged_in: float | None = None
    """Seconds until the session was open."""
    elapsed: float = 0.0
