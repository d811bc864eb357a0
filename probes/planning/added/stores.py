"""Added probes of the declared stores."""

from __future__ import annotations

from atalaia.checks.observables import postgres_session, redis_session
from atalaia.environment import Environment
from atalaia.environment.probes import Probe
from probes.kinds.postgres import Postgres
from probes.kinds.redis import Redis
from probes.planning.draft import Draft


def drafts(probe: Probe, environment: Environment) -> tuple[Draft, ...]:
    """What a probe of one of these kinds becomes."""
    return {"postgres": _postgres, "redis": _redis}[probe.kind](probe, environment)


def _postgres(probe: Probe, environment: Environment) -> tuple[Draft, ...]:
    """A login, and what a query gives. The role is another probe's."""
    login = postgres_session(environment)
    parameters = Postgres(login.account, query=probe.query, value=probe.value)
    return (Draft(probe.name, "postgres", str(login.url), login.hop, parameters),)


def _redis(probe: Probe, environment: Environment) -> tuple[Draft, ...]:
    """AUTH and PING. The role is another probe's."""
    session = redis_session(environment)
    return (Draft(probe.name, "redis", str(session.url), session.hop, Redis(session.account)),)
