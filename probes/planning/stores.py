"""The stores, logged in to as the environment declares them."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.checks.observables import postgres_session, redis_session
from atalaia.environment import Environment
from probes.planning.draft import Draft


def drafts(environment: Environment) -> Iterator[Draft]:
    """The stores' probes: login, role, and how far a replica is behind."""
    # Each is loaded where it is declared.
    if store := environment.stores.postgres:
        from probes.kinds.postgres import Postgres

        login = postgres_session(environment)
        parameters = Postgres(login.account, role=store.role, replication_lag=store.replication_lag)
        yield Draft("postgres", "postgres", str(login.url), login.hop, parameters)
    if cache := environment.stores.redis:
        from probes.kinds.redis import Redis

        session = redis_session(environment)
        yield Draft("redis", "redis", str(session.url), session.hop, Redis(session.account, role=cache.role))
