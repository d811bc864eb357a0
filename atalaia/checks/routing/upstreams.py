"""What is behind the gateway: how long it is waited for, and what is said when it is dead (RT10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, undecided, where
from atalaia.checks.balancing import routed
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.configured import configured, given_of, unless_given
from atalaia.checks.gateway import ready
from atalaia.checks.provoked import dead_upstream
from atalaia.checks.routes import FRONT
from atalaia.checks.routing.causes import Taken, taken
from atalaia.checks.routing.declaration import WHOLE, accepted
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong import errors
from atalaia.systems.kong.given import Given

_GATEWAY = Hop.GATEWAY.value
_TIMEOUTS = ("connect_timeout", "write_timeout", "read_timeout")
_SHOWN = 50


def _with_timeout(environment: Environment) -> tuple[str, ...] | NotDeclared:
    if environment.gateway is None or environment.gateway.upstream_timeout is None:
        return NotDeclared("gateway.upstream_timeout")
    return (WHOLE,)


def _timeout(environment: Environment) -> float | None:
    """Seconds that a service may be waited for."""
    declared = environment.gateway.upstream_timeout if environment.gateway else None
    return declared.total_seconds() if declared else None


def _judge_timeouts(seen: tuple[Any, ...], expected: tuple[Given | None, float]) -> Verdict:
    file, limit = expected
    given = configured(file, seen)
    if isinstance(given, Inconclusive):
        return given
    assert given.configuration is not None, "the file is accepted"
    findings = [
        Finding(
            expected=f"service {service.name or service.id}: {name} of at most {limit * 1000:.0f} ms",
            observed=f"{milliseconds} ms"
            + (
                ", Kong's default" if milliseconds == 60_000 and not _written(given, service.id, name) else ""
            ),
            hop=_GATEWAY,
            cause=given.line(service, name),
        )
        for service in given.configuration.services
        for name in _TIMEOUTS
        if (milliseconds := getattr(service, name)) > limit * 1000
    ]
    return findings[:_SHOWN]


def _written(given: Given, service: str, name: str) -> bool:
    """Whether the file itself gives the value."""
    if given.live or given.configuration is None:
        return True
    place = given.configuration.places.get(service)
    return place is not None and given.lines.exact((*place, name)) is not None


TIMEOUT_TOO_LONG = Check(
    id="upstream.timeout-too-long",
    severity=Severity.MAJOR,
    catches="A service that the gateway waits for longer than clients do. Kong's defaults are 60 s, each for "
    "connecting, writing and reading: one service that hangs fills the gateway with waiting requests.",
    remedy="Set connect_timeout, write_timeout and read_timeout of the service entity, in milliseconds.",
    source="RT10; Kong 3.4, kong/db/schema/entities/services.lua",
    targets=_with_timeout,
    observes=lambda environment, target: unless_given(environment),
    expects=lambda environment, target: (given_of(environment), _timeout(environment)),
    requires=lambda environment, target: accepted(environment),
    judge=_judge_timeouts,
)


def _with_dead(environment: Environment) -> tuple[str, ...] | NotDeclared:
    nodes = tuple(f"{node}-proxy" for node in environment.gateway_nodes())
    dead = environment.gateway is not None and environment.gateway.dead_upstream is not None
    front = environment.load_balancer is not None and environment.load_balancer.dead_upstream is not None
    found = (nodes if dead else ()) + ((FRONT,) if front else ())
    return found or NotDeclared("gateway.dead_upstream or load_balancer.dead_upstream")


@dataclass(frozen=True)
class Death:
    """What a dead upstream must be answered with."""

    by: Hop
    within: float | None
    """Seconds."""
    taken: Taken | None
    """The request to the gateway, which its configuration has a route for."""


def _dead(environment: Environment, endpoint: str) -> tuple[HttpRequest, ...]:
    request = dead_upstream(environment, endpoint)
    assert request is not None, "the check's targets have one"
    return (request,)


def _death(environment: Environment, endpoint: str) -> Death:
    if endpoint == FRONT:
        return Death(Hop.LOAD_BALANCER, None, None)
    (request,) = _dead(environment, endpoint)
    return Death(Hop.GATEWAY, _timeout(environment), taken(environment, endpoint, request.target))


def _dead_needs(environment: Environment, endpoint: str) -> Needs:
    if endpoint == FRONT:
        assert environment.load_balancer is not None, "the target is its front"
        path = environment.load_balancer.dead_upstream or ""
        return all_of(reachable(environment, FRONT), routed(environment, path))
    node = endpoint.removesuffix("-proxy")
    return all_of(accepted(environment), reachable(environment, endpoint), ready(environment, node))


def _judge_dead(seen: tuple[Exchange], expected: Death) -> Verdict:
    (exchange,) = seen
    if verdict := undecided(exchange):
        return verdict
    within = "" if expected.within is None else f" within {expected.within:g} s"
    statuses = "503" if expected.by is Hop.LOAD_BALANCER else "502, 503 or 504 with Kong's own message"
    promise = f"{statuses} from the {expected.by.value}{within}"
    response, late = exchange.response, expected.within is not None and exchange.elapsed > expected.within
    told = f"{describe(exchange)}{f' after {exchange.elapsed:.1f} s' if late else ''}"
    good = (
        response is not None
        and exchange.failure is None
        and not late
        and exchange.answered_by in {expected.by, Hop.UNKNOWN}
        and (
            response.status == 503
            if expected.by is Hop.LOAD_BALANCER
            else response.status in {502, 503, 504} and _kongs_words(exchange)
        )
    )
    if good:
        return []
    hangs = exchange.failure is not None or (response is not None and response.status == 504)
    field = "read_timeout" if hangs else "connect_timeout" if late else "host"
    cause = expected.taken.blamed.service(field) if expected.taken else ""
    return [Finding(expected=promise, observed=told, hop=where(exchange, expected.by), cause=cause)]


def _kongs_words(exchange: Exchange) -> bool:
    assert exchange.response is not None, "it was answered"
    words = (errors.OF_NGINX[exchange.response.status], errors.NAME_RESOLUTION, errors.NO_PEER)
    return any(word in exchange.response.text() for word in words)


DEAD_MISANSWERED = Check(
    id="upstream.dead-misanswered",
    severity=Severity.MAJOR,
    catches="A dead upstream, one that refuses or one that takes requests and never answers, that clients "
    "wait for longer than declared, or that is answered by somebody else or with success.",
    remedy="Set the timeouts and retries of the service entity: Kong waits read_timeout for each try, so "
    "that `retries: 1` doubles it. Look at who answers in its place.",
    source="RT10; Kong 3.4, kong/error_handlers.lua; nginx, proxy_next_upstream",
    targets=_with_dead,
    observes=_dead,
    expects=_death,
    requires=_dead_needs,
    judge=_judge_dead,
)


def dies(environment: Environment, endpoint: str) -> Needs:
    """What must hold before the answer for a dead upstream is judged for anything else."""
    return ((DEAD_MISANSWERED, endpoint),)


CHECKS: tuple[Check, ...] = (TIMEOUT_TOO_LONG, DEAD_MISANSWERED)
