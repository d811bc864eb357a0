"""The declared echo: a route whose service answers with the request that it saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, succeeded, undecided
from atalaia.checks.balancing import routed
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Inconclusive, NotDeclared
from atalaia.checks.gateway import ready
from atalaia.checks.observables import get
from atalaia.checks.routes import FRONT, costs_at, route, routes
from atalaia.checks.routing.causes import Taken, taken
from atalaia.checks.routing.declaration import accepted
from atalaia.checks.routing.reached import answered
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.limits import backend_of, is_gateway

TLS_FRONT = f"{FRONT}-tls"


@dataclass(frozen=True)
class Echo:
    """The request that the service saw."""

    target: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """The first value of a header, by its name in any letter case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def read_echo(exchange: Exchange) -> Echo | Inconclusive:
    """What the echo tells, or why it tells nothing."""
    if reason := undecided(exchange):
        return reason
    if not succeeded(exchange) or exchange.response is None:
        return Inconclusive(f"the echo at {exchange.url} did not answer: {describe(exchange)}")
    try:
        document = exchange.response.json()
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("target"), str):
        return Inconclusive(f"{exchange.url} is no echo: an object with target and headers")
    headers = document.get("headers")
    if not isinstance(headers, list) or not all(map(_is_header, headers)):
        return Inconclusive(f"{exchange.url} is no echo: headers is no list of names and values")
    return Echo(document["target"], tuple((name, value) for name, value in headers))


def _is_header(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value)


def echo_path(environment: Environment) -> str | None:
    """The path of the echo; None where none is declared."""
    return environment.gateway.echo if environment.gateway else None


def echo(
    environment: Environment,
    endpoint: str,
    what: str,
    *,
    below: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    without: tuple[str, ...] = (),
) -> HttpRequest:
    """GET the echo at an endpoint, or a path `below` it; `what` tells equal requests apart from others."""
    path = f"{echo_path(environment)}{below}"
    return get(environment, endpoint, path).model_copy(
        update={
            "key": f"GET {endpoint} {path} ({what})",
            "headers": headers,
            "without": without,
            "client": "echo",
            "costs": costs_at(environment, endpoint, path),
        }
    )


def echo_taken(environment: Environment, endpoint: str) -> Taken:
    """The request for the echo, which the configuration has a route for."""
    return taken(environment, endpoint, echo_path(environment) or "")


def echo_nodes(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The listeners of all nodes, where an echo is declared."""
    if echo_path(environment) is None:
        return NotDeclared("gateway.echo")
    return tuple(f"{node}-proxy" for node in environment.gateway_nodes())


def echo_fronts(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The public fronts, where they lead to the echo."""
    path = echo_path(environment)
    if path is None:
        return NotDeclared("gateway.echo")
    balancer = environment.load_balancer
    if balancer is None:
        return NotDeclared("load_balancer")
    backend = backend_of(environment, path)
    if backend is None or not is_gateway(environment, backend[1]):
        return NotDeclared("path of load_balancer.backends that leads gateway.echo to the gateway")
    return (FRONT, TLS_FRONT) if balancer.tls_url else (FRONT,)


def echoing(environment: Environment, endpoint: str) -> Needs:
    """What must hold before the echo is asked at a node's listener or a front."""
    path = echo_path(environment)
    assert path is not None, "the check's targets have one"
    named = routes(environment)
    own = [
        target
        for target in (named if isinstance(named, tuple) else ())
        if route(environment, target).path == path
    ]
    front = endpoint in {FRONT, TLS_FRONT}
    nodes = list(environment.gateway_nodes()) if front else [endpoint.removesuffix("-proxy")]
    return all_of(
        accepted(environment),
        answered(environment, own[0]) if own else (),
        *(ready(environment, node) for node in nodes),
        *(reachable(environment, f"{node}-proxy") for node in nodes),
        reachable(environment, endpoint),
        routed(environment, path) if front else (),
    )
