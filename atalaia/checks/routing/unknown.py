"""Paths that nobody declared: Kong's own 404, and no route that takes everything (RT02)."""

from __future__ import annotations

from typing import Any

from atalaia.checks.addresses import all_of
from atalaia.checks.answers import describe, undecided, where
from atalaia.checks.balancing import routed
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.configured import configured, given_of, unless_given
from atalaia.checks.gateway import ready
from atalaia.checks.provoked import UNKNOWN, unknown_path
from atalaia.checks.routes import FRONT
from atalaia.checks.routing.declaration import WHOLE, accepted
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.kong import errors
from atalaia.systems.kong.entities import Route
from atalaia.systems.kong.given import Given
from atalaia.systems.limits import backend_of, is_gateway

_GATEWAY = Hop.GATEWAY.value


def with_gateway(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The gateway as a whole."""
    return (WHOLE,) if environment.gateway_nodes() else NotDeclared("gateway")


def _takes_everything(route: Route) -> bool:
    """Whether a route takes every path of some host (or of all): no path, `/`, or an expression for any."""
    everything = {"/", "~/", "~/.*", "~/.*$", "~.*", "~/(.*)", "~/(.*)$", "~^/.*", "~^/.*$", "~/.+", "~/.+$"}
    return not route.paths or not everything.isdisjoint(route.paths)


def _judge_routes(seen: tuple[Any, ...], expected: Given | None) -> Verdict:
    given = configured(expected, seen)
    if isinstance(given, Inconclusive):
        return given
    assert given.configuration is not None, "the file is accepted"
    return [
        Finding(
            expected="every route has paths of its own, so that an unknown path is 404",
            observed=f"route {route.name or route.id} takes every path"
            + (f" of {', '.join(route.hosts)}" if route.hosts else ""),
            hop=_GATEWAY,
            cause=given.line(route, "paths"),
        )
        for route in given.configuration.routes
        if _takes_everything(route) and not route.headers and not route.snis
    ]


CATCHES_ALL = Check(
    id="route.catches-all",
    severity=Severity.MAJOR,
    catches="A route that takes every path: requests that nobody meant to serve reach a service, and its "
    "plugins are all that stands before it.",
    remedy="Give the route the paths that it is for.",
    source="RT02",
    targets=with_gateway,
    observes=lambda environment, target: unless_given(environment),
    expects=lambda environment, target: given_of(environment),
    requires=lambda environment, target: accepted(environment),
    judge=_judge_routes,
)


def _entrances(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Every node's listener, and the front where it sends the unknown path to the gateway."""
    nodes = tuple(f"{node}-proxy" for node in environment.gateway_nodes())
    if not nodes:
        return NotDeclared("gateway")
    return (*nodes, FRONT) if _front_leads_there(environment) else nodes


def _front_leads_there(environment: Environment) -> bool:
    if environment.load_balancer is None:
        return False
    backend = backend_of(environment, UNKNOWN)
    return backend is not None and is_gateway(environment, backend[1])


def _needs(environment: Environment, target: str) -> tuple[tuple[Check, str], ...]:
    nodes = environment.gateway_nodes()
    through = [target.removesuffix("-proxy")] if target != FRONT else list(nodes)
    return all_of(
        ((CATCHES_ALL, WHOLE),),
        *(ready(environment, node) for node in through),
        reachable(environment, target),
        # At the front the nodes themselves must say it first.
        tuple((UNKNOWN_PATH_ANSWERED, f"{node}-proxy") for node in nodes) if target == FRONT else (),
        routed(environment, UNKNOWN) if target == FRONT else (),
    )


def _judge_unknown(seen: tuple[Exchange], expected: None) -> Verdict:
    (exchange,) = seen
    if verdict := undecided(exchange):
        return verdict
    response = exchange.response
    is_404 = response is not None and exchange.failure is None and response.status == 404
    if is_404 and exchange.answered_by in {Hop.GATEWAY, Hop.UNKNOWN} and _says_no_route(exchange):
        return []
    return [
        Finding(
            expected=f"404 from Kong: {errors.NO_ROUTE}",
            observed=describe(exchange),
            hop=where(exchange, Hop.GATEWAY),
        )
    ]


def _says_no_route(exchange: Exchange) -> bool:
    """Kong's own words in JSON; since 3.5 a request_id stands beside them."""
    assert exchange.response is not None, "it was answered"
    try:
        document = exchange.response.json()
    except ValueError:
        return False
    if not isinstance(document, dict) or document.keys() - {"message", "request_id"}:
        return False
    return bool(document.get("message") == errors.NO_ROUTE)


UNKNOWN_PATH_ANSWERED = Check(
    id="route.unknown-path-answered",
    severity=Severity.MAJOR,
    catches="A path that nobody declared and that is answered by something else than Kong's own 404: a route "
    "that takes everything, a service's error page, a plugin that ends all requests.",
    remedy="The finding says who answered; look there for a route, a default backend or a plugin for all.",
    source="RT02; Kong 3.4, kong/runloop/handler.lua",
    targets=_entrances,
    observes=lambda environment, target: (unknown_path(environment, target),),
    requires=_needs,
    judge=_judge_unknown,
)

CHECKS: tuple[Check, ...] = (CATCHES_ALL, UNKNOWN_PATH_ANSWERED)
