"""Where answers are judged: every route at the gateway, and a few of them as clients get them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.certificates import reachable
from atalaia.checks.check import NotDeclared
from atalaia.checks.fronts import front_needs, front_of, fronts
from atalaia.checks.gateway import ready
from atalaia.checks.headers.profiles import Profile, profile
from atalaia.checks.observables import hop_of
from atalaia.checks.routes import (
    FRONT,
    class_of,
    first_node,
    first_of_classes,
    path_of,
    route,
    routes,
    sample,
    sendable,
)
from atalaia.checks.routing.reached import answered
from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints
from atalaia.environment.remembered import per_environment
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest

CLIENT = "headers"
"""The run's client that asks the fronts, and the other nodes."""
NO_PROFILE = NotDeclared("route_classes with headers")


@dataclass(frozen=True)
class Place:
    """An answer that is judged: of a route, at a hop."""

    route: str
    endpoint: str
    profile: Profile
    like: str | None
    """The place that stands for this one: what is wrong there as well is told there."""
    behind: tuple[str, ...] = ()
    """The places at the gateway that its answer may come from, judged by the same profile."""
    client: str = ""

    @property
    def at_front(self) -> bool:
        """Whether it is what leaves the load balancer."""
        return self.endpoint.startswith(FRONT)


@per_environment
def places(environment: Environment) -> Mapping[str, Place]:
    """The places by their names: `/api/v1/users`, `/api/v1/users at kong-2`, `… via load-balancer-tls`.

    Every route at the first node, one of each class at the others; a few of them at the front that clients
    use, and one of each profile at the other front: the fronts count requests, and so do routes.
    """
    named = routes(environment)
    profiled = {
        target: profile(environment, name)
        for target in (named if isinstance(named, tuple) else ())
        if (name := class_of(environment, target).headers)
    }
    found = _at_nodes(environment, profiled)
    return found | _at_fronts(environment, profiled, found)


def _at_nodes(environment: Environment, profiled: Mapping[str, Profile]) -> dict[str, Place]:
    targets = [target for target, given in profiled.items() if given.at_gateway]
    found: dict[str, Place] = {}
    firsts: dict[str, str] = {}
    for target in targets:
        given = profiled[target]
        first = firsts.setdefault(given.name, target)
        like = None if first == target else first
        found[target] = Place(target, first_node(environment), given, like)
    for node in tuple(environment.gateway_nodes())[1:]:
        here: dict[str, str] = {}
        for target in first_of_classes(environment, targets):
            given, name = profiled[target], f"{target} at {node}"
            like = firsts[given.name] if here.setdefault(given.name, name) == name else here[given.name]
            found[name] = Place(target, f"{node}-proxy", given, like, (target,), CLIENT)
    return found


def _at_fronts(
    environment: Environment, profiled: Mapping[str, Profile], at_nodes: Mapping[str, Place]
) -> dict[str, Place]:
    inner = tuple(target for target, given in profiled.items() if given.at_gateway)
    chosen = (*_sampled(environment, inner), *(target for target in profiled if target not in inner))
    found: dict[str, Place] = {}
    firsts: dict[str, str] = {}
    for front in fronts(environment):
        main = front == front_of(environment)
        for target in chosen:
            given, name = profiled[target], f"{target} via {front}"
            if not main and firsts[given.name] != f"{target} via {front_of(environment)}":
                continue
            first = firsts.setdefault(given.name, name)
            # The front may ask any node: what one of them does is told there.
            behind = tuple(
                place
                for place, one in at_nodes.items()
                if target in inner and (one.route == target or (one.behind and one.profile == given))
            )
            found[name] = Place(target, front, given, None if first == name else first, behind, CLIENT)
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
        return sample(environment, one.route, endpoint=one.endpoint, client=one.client)
    accepts = (("Accept-Encoding", "gzip"),)
    return sample(environment, one.route, endpoint=one.endpoint, client=one.client, headers=accepts)


def over_tls(environment: Environment, endpoint: str) -> bool:
    """Whether an endpoint speaks TLS."""
    return endpoints(environment)[endpoint].tls


def hop(environment: Environment, target: str) -> Hop:
    """The hop that a place's requests are sent to."""
    return hop_of(environment, place(environment, target).endpoint)


def reached(environment: Environment, target: str) -> Needs:
    """What must hold before a place's answer says anything."""
    one = place(environment, target)
    node = one.endpoint.removesuffix("-proxy")
    there = (
        front_needs(environment, path_of(environment, one.route), one.endpoint)
        if one.at_front
        else all_of(reachable(environment, one.endpoint), ready(environment, node))
    )
    return all_of(answered(environment, one.route), there)
