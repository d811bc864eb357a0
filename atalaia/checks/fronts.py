"""The fronts that clients use, and what must hold of one before an answer through it says anything."""

from __future__ import annotations

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.balancing import TLS_FRONT_DIFFERS, routed
from atalaia.checks.certificates import reachable
from atalaia.checks.routes import FRONT
from atalaia.environment import Environment


def fronts(environment: Environment) -> tuple[str, ...]:
    """Their endpoints: the one over TLS, where there is one, and then the plain one."""
    balancer = environment.load_balancer
    if balancer is None:
        return ()
    return (f"{FRONT}-tls", FRONT) if balancer.tls_url else (FRONT,)


def front_of(environment: Environment) -> str | None:
    """The endpoint that clients are meant to use: the one over TLS, where there is one."""
    return next(iter(fronts(environment)), None)


def front_itself(environment: Environment, front: str) -> Needs:
    """What must hold before the front's own answers say anything."""
    tls = ((TLS_FRONT_DIFFERS, front),) if front != FRONT else ()
    return all_of(tls, reachable(environment, front))


def front_needs(environment: Environment, path: str, front: str) -> Needs:
    """What must hold of a front before an answer to this path says anything."""
    return all_of(front_itself(environment, front), routed(environment, path))
