"""Methods: those that are declared, and no others (RT06)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, undecided, where
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.configured import configured, unless_given
from atalaia.checks.gateway import ready
from atalaia.checks.observables import get
from atalaia.checks.routes import FRONT, costs_at, path_of, policy_of, route, routes, sample
from atalaia.checks.routing.entries import NOT_IN_FILE
from atalaia.checks.routing.leading import Declared, blamed, declared, led
from atalaia.checks.routing.reached import answered
from atalaia.environment import Effect, Environment
from atalaia.environment.remembered import per_environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.errors import NO_ROUTE
from atalaia.systems.kong.overlap import label
from atalaia.systems.limits import route_of

_GATEWAY = Hop.GATEWAY.value
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_CHANGING = ("DELETE", "PATCH", "PUT", "POST")
_REFUSALS = frozenset({403, 404, 501})
"""What else TRACE may be refused with, by the gateway or what is before it."""
_OF_NGINX = frozenset({"TRACE", "CONNECT"})
"""Methods that nginx answers with 405 before Kong looks for a route."""


def _with_methods(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named = routes(environment)
    if isinstance(named, NotDeclared):
        return named
    found = tuple(target for target in named if route(environment, target).methods)
    return found or NotDeclared("routes with methods")


@dataclass(frozen=True)
class Methods:
    """A declared route, the methods that nobody may use on it, and those that must work."""

    of: Declared
    undeclared: frozenset[str]
    """Those that no declared route has for its path."""
    refused: frozenset[str]
    """Those of them that no declared route takes: one above it may."""
    served: tuple[str, ...]


def _methods(environment: Environment, target: str) -> Methods:
    undeclared = _undeclared(environment, target)
    return Methods(
        of=declared(environment, target),
        undeclared=undeclared,
        refused=_refused(environment, target, undeclared),
        served=route(environment, target).methods,
    )


def _undeclared(environment: Environment, target: str) -> frozenset[str]:
    """HEAD comes with GET, OPTIONS with CORS; a path may be declared twice, for other methods."""
    served = set(_served(environment)[route(environment, target).path])
    if "GET" in served:
        served.add("HEAD")
    if policy_of(environment, target):
        served.add("OPTIONS")
    return frozenset(_METHODS) - served


@per_environment
def _served(environment: Environment) -> dict[str, frozenset[str]]:
    """Path → the methods that some route has for it."""
    found: dict[str, frozenset[str]] = {}
    for one in environment.routes:
        found[one.path] = found.get(one.path, frozenset()).union(one.methods or _METHODS)
    return found


def _refused(environment: Environment, target: str, undeclared: frozenset[str]) -> frozenset[str]:
    path = path_of(environment, target)
    return frozenset(method for method in undeclared if route_of(environment, path, method) is None)


def _judge_methods(seen: tuple[Any, ...], expected: Methods) -> Verdict:
    given = configured(expected.of.file, seen)
    if isinstance(given, Inconclusive):
        return given
    path, service = expected.of.request.target, expected.of.route.service
    chosen = led(given, expected.of)
    assert chosen is not None, "route.not-in-file has found it"
    findings = []
    for method in sorted(expected.undeclared):
        match = led(given, expected.of, method=method)
        if match and (match.route.id == chosen.route.id or method in expected.refused):
            reason = "" if match.route.methods else ": it has no methods, and so takes all"
            findings.append(
                Finding(
                    expected=f"{method} {path} is 404: it is not declared",
                    observed=f"route {label(match.route)} takes it{reason}",
                    hop=_GATEWAY,
                    cause=given.line(match.route, "methods"),
                )
            )
    for method in expected.served:
        if led(given, expected.of, method=method) is None and method not in _OF_NGINX:
            findings.append(
                Finding(
                    expected=f"{method} {path} leads to {service}",
                    observed="no route takes it: 404",
                    hop=_GATEWAY,
                    cause=given.line(chosen.route, "methods"),
                )
            )
    return findings


DIFFER = Check(
    id="route.methods-differ",
    severity=Severity.MAJOR,
    catches="A route that takes methods which nobody declared (one without `methods` takes all), or that "
    "lacks one that is declared.",
    remedy="Write the declared methods into `methods` of the route, or correct the environment.",
    source="RT06; Kong 3.4, kong/router/compat.lua",
    targets=_with_methods,
    observes=lambda environment, target: unless_given(environment),
    expects=_methods,
    requires=lambda environment, target: ((NOT_IN_FILE, target),),
    judge=_judge_methods,
)


def _with_refused(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named = _with_methods(environment)
    if isinstance(named, NotDeclared):
        return named
    found = tuple(target for target in named if _tried(environment, target))
    return found or NotDeclared("routes without DELETE, PATCH, PUT or POST")


def _tried(environment: Environment, target: str) -> str | None:
    refused = _refused(environment, target, _undeclared(environment, target))
    return next((method for method in _CHANGING if method in refused), None)


def _leaking(environment: Environment, target: str) -> HttpRequest:
    return sample(environment, target, method=_tried(environment, target), client="methods")


def _judge_leak(seen: tuple[Exchange], expected: Declared) -> Verdict:
    (exchange,) = seen
    if verdict := undecided(exchange):
        return verdict
    response = exchange.response
    if response is None or exchange.failure:
        return Inconclusive(f"{exchange.method} {exchange.url}: {describe(exchange)}")
    if response.status == 404 and exchange.answered_by is not Hop.SERVICE and NO_ROUTE in response.text():
        return []
    return [
        Finding(
            expected=f"404 from Kong to {exchange.method}, which is not declared: {NO_ROUTE}",
            observed=describe(exchange),
            hop=where(exchange, Hop.GATEWAY),
            cause=blamed(expected).route("methods"),
        )
    ]


LEAKS = Check(
    id="route.method-leaks",
    severity=Severity.MAJOR,
    catches="A method that nobody declared for a route and that passes the gateway all the same. Sent in the "
    "sandbox only: it might change something.",
    remedy="Write the declared methods into `methods` of the route; look for what the node serves beside its "
    "declarative file.",
    source="RT06",
    targets=_with_refused,
    observes=lambda environment, target: (_leaking(environment, target),),
    expects=declared,
    requires=lambda environment, target: all_of(((DIFFER, target),), answered(environment, target)),
    effect=Effect.WRITES,
    judge=_judge_leak,
)


def _entrances(environment: Environment) -> tuple[str, ...] | NotDeclared:
    nodes = tuple(f"{node}-proxy" for node in environment.gateway_nodes())
    if not nodes:
        return NotDeclared("gateway")
    if not environment.routes:
        return NotDeclared("routes")
    return (*nodes, FRONT) if environment.load_balancer else nodes


def _trace(environment: Environment, endpoint: str) -> HttpRequest:
    path = environment.routes[0].path
    return get(environment, endpoint, path).model_copy(
        update={
            "key": f"TRACE {endpoint} {path}",
            "method": "TRACE",
            "costs": tuple(
                cost
                for cost in costs_at(environment, endpoint, path)
                if not cost.bucket.startswith("gateway")
            ),
        }
    )


def _trace_needs(environment: Environment, target: str) -> Needs:
    nodes = environment.gateway_nodes()
    through = list(nodes) if target == FRONT else [target.removesuffix("-proxy")]
    first = tuple((TRACE_ANSWERED, f"{node}-proxy") for node in nodes) if target == FRONT else ()
    return all_of(*(ready(environment, node) for node in through), reachable(environment, target), first)


def _judge_trace(seen: tuple[Exchange], expected: None) -> Verdict:
    (exchange,) = seen
    if verdict := undecided(exchange):
        return verdict
    response = exchange.response
    if response is None or exchange.failure:
        return Inconclusive(f"TRACE: {describe(exchange)}")
    if response.status == 405 and exchange.answered_by is not Hop.SERVICE:
        return []
    if response.status in _REFUSALS and exchange.answered_by is not Hop.SERVICE:
        if exchange.answered_by in {Hop.GATEWAY, Hop.LOAD_BALANCER}:
            return []
        return Inconclusive(f"TRACE: {describe(exchange)}, and nothing tells that it was no service")
    return [
        Finding(
            expected="405 to TRACE, as Kong answers; or 403, 404 or 501 from Kong or HAProxy themselves",
            observed=describe(exchange),
            hop=where(exchange, Hop.GATEWAY),
        )
    ]


TRACE_ANSWERED = Check(
    id="route.trace-answered",
    severity=Severity.MINOR,
    catches="TRACE, which gives a request back with all that was added to it on the way, credentials "
    "included.",
    remedy="Refuse it where it is answered; nginx, and so Kong, does with 405.",
    source="RT06; RFC 9110, 9.3.8",
    targets=_entrances,
    observes=lambda environment, target: (_trace(environment, target),),
    requires=_trace_needs,
    judge=_judge_trace,
)

CHECKS: tuple[Check, ...] = (DIFFER, LEAKS, TRACE_ANSWERED)
