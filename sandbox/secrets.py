"""The passwords of one sandbox: made at each start, gone with it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, fields


@dataclass(frozen=True)
class Secrets:
    """Random passwords; their characters need no quoting in any of the configuration files."""

    postgres: str = field(repr=False)
    """Of PostgreSQL's superuser `postgres`."""
    postgres_services: str = field(repr=False)
    """Of `atendeai`, the role of the services."""
    postgres_toolkit: str = field(repr=False)
    """Of `atalaia`, the role that the environment file gives the toolkit."""
    postgres_exporter: str = field(repr=False)
    redis: str = field(repr=False)
    haproxy_stats: str = field(repr=False)
    grafana: str = field(repr=False)
    jwt: str = field(repr=False)
    jwt_former: str = field(repr=False)
    """What tokens were signed with before: Kong takes them until the last of them has expired."""
    account: str = field(repr=False)
    """Of every user who may log in at the auth service."""

    def values(self) -> tuple[str, ...]:
        """All of them, for redaction."""
        return tuple(getattr(self, one.name) for one in fields(self))


def generate() -> Secrets:
    """New random passwords of 192 bits each."""
    # A leading hyphen would look like an option to somebody who copies it to a command line.
    return Secrets(**{one.name: "s" + secrets.token_urlsafe(24) for one in fields(Secrets)})
