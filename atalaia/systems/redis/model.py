"""What is asked of Redis, and what it says."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr

from atalaia.environment.url import Url
from atalaia.exchange.failure import Failure
from atalaia.exchange.observable import Observable
from atalaia.exchange.seen import Seen


class RedisSession(Seen):
    """What a session found out, or why there was none."""

    auth_required: bool | None = None
    """Whether it refuses commands from a client that has not said who it is; None where it did not answer."""
    ping: bool = False
    """Whether PING was answered with the declared credentials."""
    role: str | None = None
    """`master` or `replica`."""
    maxmemory_policy: str | None = None
    server_version: str | None = None
    failure: Failure | None = None
    """Why the declared credentials did not get through to PING."""
    elapsed: float = 0.0


class RedisLogin(Observable):
    """Ask anonymously, then log in, PING and INFO; nothing is written."""

    sees: ClassVar[type[Seen]] = RedisSession

    url: Url
    password: SecretStr | None = None
    """The password, where the URL has none."""
