"""The requests that CORS is judged by, as pages of allowed and of foreign origins would send them."""

from __future__ import annotations

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check
from atalaia.checks.cors.explained import NO_PLUGIN, explained
from atalaia.checks.cors.fetch import Wish
from atalaia.checks.cors.policies import (
    by_route,
    first_of,
    foreign_to,
    named_origins,
    policies,
    policy_name,
    twins_of,
)
from atalaia.checks.cors.safelists import SAFELISTED_METHODS
from atalaia.checks.gateway import ready
from atalaia.checks.origins import FOREIGN
from atalaia.checks.routes import first_node, preflight, route, sample, sendable
from atalaia.checks.routing.entries import led_live
from atalaia.environment import Environment
from atalaia.environment.gateway import CorsPolicy
from atalaia.environment.remembered import per_environment
from atalaia.exchange.observable import HttpRequest

CLIENT = "cors"
"""The run's client that asks as foreign pages do, so that it uses up nobody else's budget."""
UNDECLARED = "X-Atalaia-Undeclared"
"""A request header that no policy declares."""
_SAMPLED = 3
_MOST = 50
"""Routes that foreign pages really ask: beyond, a route is looked at by its preflights."""


def intent_of(environment: Environment, target: str) -> CorsPolicy:
    """The declared policy of a route that has one."""
    return policies(environment)[policy_name(environment, target)].intent


def origin_of(intent: CorsPolicy) -> str:
    """An origin that may: the first by name; anybody's where all may."""
    return next(iter(named_origins(intent)), FOREIGN)


def wish(intent: CorsPolicy, origin: str, method: str) -> Wish:
    """What the app's pages want to send: every declared header, with the user's cookies if they may."""
    headers = tuple((name, _value(name)) for name in intent.headers if name != "*")
    return Wish(origin, method, headers, intent.credentials)


def asked(
    environment: Environment, target: str, origin: str, *, endpoint: str | None = None, client: str = ""
) -> HttpRequest:
    """The preflight of a page of this origin for what the policy declares; at the first node, where it is
    free."""
    intent = intent_of(environment, target)
    headers = tuple(name for name in intent.headers if name != "*")
    return preflight(
        environment, target, origin, method=_method(environment, target), headers=headers, endpoint=endpoint,
        client=client,
    )  # fmt: skip


def asked_for_more(environment: Environment, target: str) -> HttpRequest:
    """The preflight of an allowed page for a header that is not declared."""
    origin = origin_of(intent_of(environment, target))
    return preflight(environment, target, origin, method=_method(environment, target), headers=(UNDECLARED,))


def actual(environment: Environment, target: str) -> HttpRequest:
    """The route's sample, from an allowed origin: the one that all areas share, wherever it may be sent."""
    return sample(
        environment, target, method=_sendable(environment, target), origin=_sent(environment, target)
    )


def actual_of(
    environment: Environment, target: str, origin: str | None, *, endpoint: str | None = None
) -> HttpRequest:
    """The same, from another origin or none, or through the front."""
    method = _sendable(environment, target)
    return sample(environment, target, method=method, origin=origin, endpoint=endpoint, client=CLIENT)


def _sent(environment: Environment, target: str) -> str:
    """Empty for that of the shared sample; another where browsers write it otherwise, or it names none."""
    intent = intent_of(environment, target)
    origin = origin_of(intent)
    return "" if origin in intent.origins else origin


def _sendable(environment: Environment, target: str) -> str | None:
    """Another method than the sample's, where that must not be sent: what CORS says does not depend on it."""
    return None if sendable(environment, target) else "GET"


def foreigners(environment: Environment, target: str) -> tuple[str, ...]:
    """The foreign origins that a route is asked by: all, or three where another route stands for it.

    A third party's is always among them; by the rest routes take turns, so that together they are asked by
    all, `null` and the http twin among them.
    """
    intent = intent_of(environment, target)
    foreign = foreign_to(intent)
    if first_of(environment, target) == target:
        return foreign
    others = (*(one for one in foreign if one != FOREIGN), "null", *twins_of(intent))
    turns = _SAMPLED - 1
    at = _position(environment, target) * turns
    return (FOREIGN, *dict.fromkeys(others[(at + step) % len(others)] for step in range(turns)))


def foreigner(environment: Environment, target: str) -> str:
    """The foreign origin of a route's one actual request: the routes take turns."""
    foreign = foreign_to(intent_of(environment, target))
    return foreign[_position(environment, target) % len(foreign)]


def _position(environment: Environment, target: str) -> int:
    return _positions(environment)[target]


@per_environment
def _positions(environment: Environment) -> dict[str, int]:
    """The place of each route among those of its policy: looked up at once, for there may be thousands."""
    return {
        target: at for policy in policies(environment).values() for at, target in enumerate(policy.routes)
    }


def reached(environment: Environment, target: str) -> Needs:
    """What must hold before a preflight to a route says anything."""
    endpoint = first_node(environment)
    return all_of(
        explained(environment, target, narrower=NO_PLUGIN),
        led_live(environment, target),
        reachable(environment, endpoint),
        ready(environment, endpoint.removesuffix("-proxy")),
    )


def after_first(check: Check, environment: Environment, target: str) -> Needs:
    """The same check at the route that stands for this one: one plugin is one failure."""
    first = first_of(environment, target)
    return () if first == target else ((check, first),)


@per_environment
def closed(environment: Environment) -> tuple[str, ...]:
    """The routes whose policy does not allow everybody."""
    named = by_route(environment)
    return tuple(
        target for target in (named if isinstance(named, tuple) else ())
        if "*" not in intent_of(environment, target).origins
    )  # fmt: skip


def closed_firsts(environment: Environment) -> tuple[str, ...]:
    """Of those, the routes that stand for others by the file, and those that none stands for."""
    return tuple(target for target in closed(environment) if first_of(environment, target) == target)


def visited(environment: Environment) -> tuple[str, ...]:
    """Of those, the ones that foreign pages really ask: the firsts, and further ones up to a number."""
    everyone, firsts = closed(environment), frozenset(closed_firsts(environment))
    chosen = firsts | frozenset(everyone[:_MOST])
    return tuple(target for target in everyone if target in chosen)


def _method(environment: Environment, target: str) -> str:
    """A method that needs permission, of those that the policy and the route have in common."""
    intent, methods = intent_of(environment, target), route(environment, target).methods
    needing = [name for name in intent.methods if name not in {*SAFELISTED_METHODS, "OPTIONS"}]
    both = [name for name in needing if not methods or name in methods]
    return next(iter((*both, *needing, *intent.methods)), "GET")


def _value(name: str) -> str:
    return "application/json" if name.lower() == "content-type" else "1"
