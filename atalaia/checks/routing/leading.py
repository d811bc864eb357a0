"""Where the configuration leads a declared route's sample request, and whether it should."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from atalaia.checks.configured import given_of
from atalaia.checks.routes import first_node, route, routes, sample, scheme_of
from atalaia.checks.routing.causes import Blamed
from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints
from atalaia.environment.gateway import Route
from atalaia.environment.remembered import per_environment
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.asked import match_of
from atalaia.systems.kong.entities import Configuration, Service
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.routing import Match

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "host.docker.internal"})
"""Names of the machine itself, as its own programs and its containers call it."""
Address = tuple[str, int]


@dataclass(frozen=True)
class Declared:
    """A declared route, its sample request, and the declared services with their addresses."""

    route: Route
    request: HttpRequest
    host: str
    """The Host header of the request."""
    services: Mapping[str, Address]
    file: Given | None
    unknown_token: bool = False
    """Whether the gateway told the route, so that nothing tells what its service asks for."""

    @property
    def name(self) -> str:
        """The request as people write it: `GET /api/v1/users`."""
        return f"{self.request.method} {self.request.target}"


def declared(environment: Environment, target: str) -> Declared:
    """What the environment and the file say about a declared route. Raises KeyError."""
    return _all(environment)[target]


@per_environment
def _all(environment: Environment) -> dict[str, Declared]:
    named = routes(environment)
    targets = named if isinstance(named, tuple) else ()
    services = {name: (one.url.host, one.url.port) for name, one in environment.services.items()}
    authority = endpoints(environment)[first_node(environment)].authority if targets else ""
    given = given_of(environment)
    return {target: _declared(environment, target, services, authority, given) for target in targets}


def _declared(
    environment: Environment,
    target: str,
    services: Mapping[str, Address],
    authority: str,
    given: Given | None,
) -> Declared:
    request = sample(environment, target)
    host = next((value for name, value in request.headers if name.lower() == "host"), authority)
    unknown = environment.routes_of_gateway and scheme_of(environment, target) is None
    return Declared(route(environment, target), request, host, services, given, unknown)


def led(given: Given, of: Declared, *, method: str | None = None, target: str | None = None) -> Match | None:
    """The route that Kong chooses for the sample request, or for it with another method or target."""
    return match_of(given, of.request, host=of.host, method=method or "", target=target or "")


def blamed(of: Declared) -> Blamed:
    """What explains the answer to the sample request: nothing where there is no file."""
    if of.file is None or of.file.configuration is None:
        return Blamed()
    return Blamed(of.file, led(of.file, of))


def addresses(configuration: Configuration, service: Service) -> tuple[Address, ...]:
    """Where the requests of a service entity go: its own address, or those of its upstream's targets."""
    upstream = next((one for one in configuration.upstreams if one.name == service.host), None)
    if upstream is None:
        return ((service.host, service.port),)
    split = (
        target.target.rpartition(":")
        for target in configuration.targets
        if target.upstream == upstream.id and target.weight > 0
    )
    return tuple((host, int(port)) for host, _, port in split if port.isdigit())


def behind(of: Declared, configuration: Configuration, service: Service) -> str | None:
    """The declared service that a service entity leads to; None where nothing tells which.

    By the address; else by the name of the host or of the entity, as in a network of containers; else by a
    port that only one declared service has.
    """
    found = addresses(configuration, service)
    for name, address in of.services.items():
        if any(_same(address, one) for one in found):
            return name
    for word in (*(host for host, _ in found), service.host, service.name):
        if word in of.services:
            return word
    ports = {port for _, port in found}
    having = [name for name, (_, port) in of.services.items() if port in ports]
    return having[0] if len(having) == 1 else None


def elsewhere(of: Declared, configuration: Configuration, service: Service) -> tuple[Address, ...]:
    """The addresses of a service entity that are another declared service's."""
    wrong = of.services.keys() - {of.route.service}
    right = of.services[of.route.service]
    return tuple(
        one
        for one in addresses(configuration, service)
        if not _same(one, right) and any(_same(one, of.services[name]) for name in wrong)
    )


def told(found: Iterable[Address]) -> str:
    """Addresses for people."""
    return ", ".join(f"{host}:{port}" for host, port in found) or "no address"


def _same(one: Address, other: Address) -> bool:
    return one[1] == other[1] and (one[0] == other[0] or {one[0], other[0]} <= _LOCAL)
