"""What the rate-limit checks apply to: routes whose class has a limit, and the front's limiter."""

from __future__ import annotations

from atalaia.checks.check import NotDeclared
from atalaia.checks.routes import FRONT, class_of, route, routes
from atalaia.checks.routing.tokens_wanted import token_wanted
from atalaia.environment import Environment
from atalaia.environment.gateway import RouteLimit
from atalaia.environment.remembered import per_environment

LONGEST = 60.0
"""Seconds: a longer window is judged by its headers, and never used up."""


@per_environment
def limited_routes(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Routes whose class declares a limit."""
    named = routes(environment)
    if isinstance(named, NotDeclared):
        return named
    limited = tuple(target for target in named if class_of(environment, target).limit)
    return limited or NotDeclared("route_classes[].limit")


def front(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The load balancer, where it has a limiter."""
    balancer = environment.load_balancer
    if balancer is None or balancer.limit is None:
        return NotDeclared("load_balancer.limit")
    usable = balancer.limit.window.total_seconds() <= LONGEST
    return (FRONT,) if usable else NotDeclared("load_balancer.limit with a window of a minute or less")


@per_environment
def exhaustible(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Every limiter whose shortest window is short enough to be used up."""
    of_routes, of_front = limited_routes(environment), front(environment)
    found = (
        *(
            target
            for target in (of_routes if isinstance(of_routes, tuple) else ())
            if shortest(limit_of(environment, target))[0] <= LONGEST
            and not token_wanted(environment, target)  # whoever is refused before is not counted
        ),
        *(of_front if isinstance(of_front, tuple) else ()),
    )
    return found or (of_routes if isinstance(of_routes, NotDeclared) else NotDeclared("limit of a minute"))


@per_environment
def measurable_routes(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Routes whose limiter can be used up."""
    found = exhaustible(environment)
    if isinstance(found, NotDeclared):
        return found
    return tuple(each for each in found if each != FRONT) or NotDeclared("route_classes[].limit")


@per_environment
def first_of_class(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Of each class whose limiters can be used up, the first route."""
    found = measurable_routes(environment)
    if isinstance(found, NotDeclared):
        return found
    first: dict[str | None, str] = {}
    for target in found:
        first.setdefault(route(environment, target).route_class, target)
    return tuple(first.values())


def limit_of(environment: Environment, target: str) -> RouteLimit:
    """The limit of a route's class."""
    limit = class_of(environment, target).limit
    assert limit is not None, "the check's targets have one"
    return limit


def shortest(limit: RouteLimit) -> tuple[float, int]:
    """(seconds, requests) of the shortest window."""
    return limit.windows[0]
