"""As whom Redis is asked, and what it says: plain, since probes that start every minute keep it."""

from __future__ import annotations

from dataclasses import dataclass, field

from atalaia.environment.url import Url
from atalaia.exchange.failure import Failure


@dataclass(frozen=True)
class RedisAccount:
    """Where to log in, and as whom."""

    url: Url
    password: str = field(default="", repr=False)
    """The password, where the URL has none."""

    @property
    def words(self) -> tuple[str, ...]:
        """What AUTH is given; nothing where there is no password."""
        password = self.password or self.url.password
        user = (self.url.username,) if self.url.username else ()
        return (*user, password) if password else ()


@dataclass(frozen=True, kw_only=True)
class RedisSession:
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
