"""Each service, asked directly; and through the gateway and the load balancer.

The probes of one service form a group: in it the guilty hop is found.
"""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.checks.observables import connection, health, through_front, through_gateway
from atalaia.checks.routes import FRONT, route, routes, sample, service_of
from atalaia.environment import Environment
from atalaia.systems.limits import backend_of, is_gateway
from probes.expected import ANYTHING_GOOD, Expected
from probes.kinds.tcp import Tcp
from probes.planning import instances
from probes.planning.asking import asked
from probes.planning.draft import Draft

_ANSWERED = Expected(
    status=tuple(status for status in range(200, 500) if status != 429),
    body=r"\A(?![\s\S]{0,500}no Route matched with those values)",
)
"""An answer, be it that a token is missing or a redirect: no server's error, and not Kong's own 404."""


def direct(environment: Environment) -> Iterator[Draft]:
    """Each service, asked for its health document; whether it listens, where it has none."""
    for name, service in environment.services.items():
        if service.health:
            yield asked(name, health(environment, name), health=True, group=name)
        else:
            listener = connection(environment, name)
            instance = instances.of_address(listener.url)
            yield Draft(name, "tcp", instance, listener.hop, Tcp(listener.url), group=name)


def ways(environment: Environment) -> Iterator[Draft]:
    """Each service through each hop. That costs a limiter's budget, where what comes last gives way first:
    so each is seen through the gateway before one of them is seen through the load balancer too."""
    leading = _leading(environment)
    for hop in (*environment.gateway_nodes(), *((FRONT,) if environment.load_balancer else ())):
        for name in environment.services:
            if way := _way(environment, name, hop, leading.get(name)):
                yield way


def _way(environment: Environment, name: str, hop: str, target: str | None) -> Draft | None:
    """How a service is asked through a hop: for its health document where that is routed; else by the
    sample of a route, without credentials, where any answer of the service's will do."""
    if path := environment.services[name].gateway_health:
        request = (
            through_front(environment, path) if hop == FRONT else through_gateway(environment, hop, path)
        )
        expected = ANYTHING_GOOD
    elif target is not None:
        endpoint = FRONT if hop == FRONT else f"{hop}-proxy"
        request = sample(environment, target, endpoint=endpoint, origin=None, token=False)
        expected = _ANSWERED
    else:
        return None
    known = bool(environment.routes) or not _passes_gateway(environment, hop, request.target)
    return asked(f"{name} via {hop}", request, expected, health=bool(path), group=name, costs_known=known)


def _passes_gateway(environment: Environment, hop: str, path: str) -> bool:
    if hop != FRONT:
        return True
    backend = backend_of(environment, path)
    return environment.gateway is not None and (backend is None or is_gateway(environment, backend[1]))


def _leading(environment: Environment) -> dict[str, str]:
    """Service → the route to it by which it is asked: one that reads, without a limit if there is one."""
    named = routes(environment)
    reading = [
        (target, request)
        for target in (named if isinstance(named, tuple) else ())
        if (service := service_of(environment, target)) is not None
        and service.gateway_health is None
        and (request := sample(environment, target, token=False)).method in {"GET", "HEAD"}
    ]
    found: dict[str, str] = {}
    for target, _ in sorted(reading, key=lambda each: bool(each[1].costs)):
        found.setdefault(route(environment, target).service, target)
    return found
