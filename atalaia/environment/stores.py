"""Databases and caches."""

from typing import Literal

from atalaia.environment.base import PostgresUrl, RedisUrl, Secret, Section
from atalaia.environment.quantities import PositiveDuration


class Postgres(Section):
    """A PostgreSQL server."""

    dsn: PostgresUrl
    """postgresql://user:password@host:port/database; credentials belong in a variable."""
    password: Secret | None = None
    """The password, where it is not part of the DSN."""
    role: Literal["primary", "replica"] = "primary"
    """What it must be: a primary takes writes."""
    replication_lag: PositiveDuration | None = None
    """A replica is at most this far behind."""


class Redis(Section):
    """A Redis server."""

    url: RedisUrl
    """redis://[user:password@]host:port/db; credentials belong in a variable."""
    password: Secret | None = None
    """The password, where it is not part of the URL."""
    role: Literal["master", "replica"] = "master"
    """What it must be: a master takes writes."""
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
    """The PostgreSQL server."""
    redis: Redis | None = None
    """The Redis server."""
