"""Databases and caches."""

from __future__ import annotations

from typing import Literal

from pydantic import SecretStr

from atalaia.environment.base import PostgresUrl, RedisUrl, Section
from atalaia.environment.units import Duration


class Postgres(Section):
    """A PostgreSQL server."""

    dsn: PostgresUrl
    """postgresql://user:password@host:port/database; credentials belong in a variable."""
    password: SecretStr | None = None
    """The password, where it is not part of the DSN."""
    role: Literal["primary", "replica"] = "primary"
    replication_lag: Duration | None = None


class Redis(Section):
    """A Redis server."""

    url: RedisUrl
    """redis://[user:password@]host:port/db; credentials belong in a variable."""
    password: SecretStr | None = None
    """The password, where it is not part of the URL."""
    role: Literal["master", "replica"] = "master"
    eviction: (
        Literal[
            "noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random",
            "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
        ]
        | None
    ) = None  # fmt: skip
    """The declared maxmemory-policy: a store of counters and sessions wants noeviction."""


class Stores(Section):
    """The stores that the services keep their data in."""

    postgres: Postgres | None = None
    redis: Redis | None = None
