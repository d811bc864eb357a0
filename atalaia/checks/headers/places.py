"""Where answers are judged: every route at the gateway, and a few of them as clients get them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.balancing import TLS_FRONT_DIFFERS, routed
from atalaia.checks.certificates import reachable
from atalaia.checks.check import NotDeclared
from atalaia.checks.headers.profiles import Profile, profile
from atalaia.checks.observables import hop_of
from atalaia.checks.remembered import per_environment
from atalaia.checks.routes import FRONT, class_of, first_node, path_of, route, routes, sample
from atalaia.checks.routing.reached import answered
from atalaia.environment import Environment, Safety, endpoints
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest

CLIENT = "headers"
"""The run's client that asks the front for what clients see."""
NO_PROFILE = NotDeclared("route_classes with headers")


@dataclass(frozen=True)
class Place:
    """An answer that is judged: of a route, at a hop."""

    route: str
    endpoint: str
    profile: Profile
    like: str | None
    """The place that stands for this one: what is wrong there as well is told there."""
    inner: str | None = None
    """The same route at the gateway, where that is judged by the same profile."""

    @property
    def at_front(self) -> bool:
        """Whether it is what leaves the load balancer."""
        return self.endpoint.startswith(FRONT)


@per_environment
def places(environment: Environment) -> Mapping[str, Place]:
    """The places by their names: `/api/v1/users`, `/api/v1/users via load-balancer-tls`."""
    named = routes(environment)
    profiled = {
        target: profile(environment, name)
        for target in (named if isinstance(named, tuple) else ())
        if (name := class_of(environment, target).headers)
    }
    at_gateway = {target: given for target, given in profiled.items() if given.at_gateway}
    found: dict[str, Place] = {}
    firsts: dict[tuple[str, bool], str] = {}

    def add(name: str, target: str, endpoint: str, inner: str | None) -> None:
        given = profiled[target]
        first = firsts.setdefault((given.name, endpoint.startswith(FRONT)), name)
        found[name] = Place(target, endpoint, given, None if first == name else first, inner)

    for target in at_gateway:
        add(target, target, first_node(environment), None)
    front = front_of(environment)
    if front is not None:
        seen = [target for target in profiled if target not in at_gateway]
        for target in (*_sampled(environment, tuple(at_gateway)), *seen):
            inner = target if target in at_gateway else None
            add(f"{target} via {front}", target, front, inner)
    return found


def _sampled(environment: Environment, targets: tuple[str, ...]) -> list[str]:
    """Of these routes so many that each service and each class is there: the front counts requests."""
    chosen: list[str] = []
    covered: set[tuple[str, str | None]] = set()
    for target in sorted(targets, key=lambda target: not sendable(environment, target)):
        declared = route(environment, target)
        kinds = {("service", declared.service), ("class", declared.route_class)}
        if not kinds <= covered:
            covered |= kinds
            chosen.append(target)
    return sorted(chosen, key=targets.index)


def sendable(environment: Environment, target: str) -> bool:
    """Whether the route's sample may be sent here."""
    return environment.safety is Safety.SANDBOX or sample(environment, target).safe


def front_of(environment: Environment) -> str | None:
    """The endpoint that clients use: the one over TLS, where there is one."""
    balancer = environment.load_balancer
    if balancer is None:
        return None
    return f"{FRONT}-tls" if balancer.tls_url else FRONT


def place(environment: Environment, target: str) -> Place:
    """The place of that name. Raises KeyError."""
    return places(environment)[target]


def everywhere(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """All places."""
    return tuple(places(environment)) or _why_none(environment)


def seen_by_clients(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The places that clients see: at the front, or at the gateway where nothing stands before it."""
    outer = front_of(environment) is not None
    names = tuple(name for name, one in places(environment).items() if one.at_front or not outer)
    return names or _why_none(environment)


def _why_none(environment: Environment) -> NotDeclared:
    named = routes(environment)
    return named if isinstance(named, NotDeclared) else NO_PROFILE


def request(environment: Environment, target: str) -> HttpRequest:
    """What is sent. At the front as a browser asks, which takes compressed answers."""
    one = place(environment, target)
    if not one.at_front:
        return sample(environment, one.route)
    accepts = (("Accept-Encoding", "gzip"),)
    return sample(environment, one.route, endpoint=one.endpoint, client=CLIENT, headers=accepts)


def over_tls(environment: Environment, endpoint: str) -> bool:
    """Whether an endpoint speaks TLS."""
    return endpoints(environment)[endpoint].tls


def hop(environment: Environment, target: str) -> Hop:
    """The hop that a place's requests are sent to."""
    return hop_of(environment, place(environment, target).endpoint)


def reached(environment: Environment, target: str) -> Needs:
    """What must hold before a place's answer says anything."""
    one = place(environment, target)
    if not one.at_front:
        return answered(environment, one.route)
    return all_of(answered(environment, one.route), front_needs(environment, path_of(environment, one.route)))


def front_needs(environment: Environment, path: str) -> Needs:
    """What must hold of the front before an answer to this path says anything."""
    front = front_of(environment)
    assert front is not None, "the target is at the front"
    tls = ((TLS_FRONT_DIFFERS, front),) if front != FRONT else ()
    return all_of(tls, reachable(environment, front), routed(environment, path))
