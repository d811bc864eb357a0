"""Each service, asked directly; and by the same request through the gateway and the load balancer."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.checks.observables import connection, health, through_front, through_gateway
from atalaia.environment import Environment
from atalaia.exchange.observable import HttpRequest
from probes.kinds.http import Http
from probes.kinds.tcp import Tcp
from probes.planning import instances
from probes.planning.draft import Draft

FRONT = "load-balancer"


def drafts(environment: Environment) -> Iterator[Draft]:
    """The services' probes. Those of one service form a group: in it the guilty hop is found."""
    for name, service in environment.services.items():
        if service.health:
            yield _asked(name, name, health(environment, name))
        else:
            listener = connection(environment, name)
            yield Draft(name, "tcp", instances.of_address(listener.url), listener.hop, Tcp(listener.url))
    # The way in costs a limiter's budget: that of each hop is spread over all services before the next.
    for node in environment.gateway_nodes():
        for name, path in _routed(environment):
            yield _asked(f"{name} via {node}", name, through_gateway(environment, node, path))
    if environment.load_balancer:
        for name, path in _routed(environment):
            yield _asked(f"{name} via {FRONT}", name, through_front(environment, path))


def _routed(environment: Environment) -> Iterator[tuple[str, str]]:
    for name, service in environment.services.items():
        if service.gateway_health:
            yield name, service.gateway_health


def _asked(name: str, service: str, request: HttpRequest) -> Draft:
    return Draft(
        name,
        "http",
        instances.of_request(request),
        request.hop,
        Http(request, health=True),
        costs=request.costs,
        group=service,
    )
