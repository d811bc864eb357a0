"""What is asked of PostgreSQL, and what it says."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr

from atalaia.environment.url import Url
from atalaia.exchange.failure import Failure, Seen
from atalaia.exchange.observable import Observable


class PostgresSession(Seen):
    """What a session found out, or why there was none."""

    server_version: str | None = None
    one: int | None = None
    """The answer to SELECT 1."""
    in_recovery: bool | None = None
    """Whether it replays another server's log, as a replica does."""
    failure: Failure | None = None
    elapsed: float = 0.0


class PostgresLogin(Observable):
    """Log in, and ask who the server is; nothing is written."""

    sees: ClassVar[type[Seen]] = PostgresSession

    url: Url
    password: SecretStr | None = None
    """The password, where the URL has none."""
