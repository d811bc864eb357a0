"""The error answers that are looked at, how they are provoked, and what they mean nothing without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atalaia.checks.addresses import Needs
from atalaia.checks.cors.explained import explained_policy
from atalaia.checks.cors.front import at_front
from atalaia.checks.cors.policies import (
    Policy,
    by_route,
    dear,
    first_of,
    named_origins,
    policies,
    requests_of,
)
from atalaia.checks.cors.requests import CLIENT, intent_of, visited
from atalaia.checks.error_answers import ErrorAnswer, error_answers
from atalaia.checks.fronts import front_of
from atalaia.checks.origins import FOREIGN
from atalaia.checks.provoked import allowed_origin
from atalaia.checks.routes import first_node, scheme_of
from atalaia.environment import Environment
from atalaia.environment.gateway import CorsPolicy
from atalaia.environment.remembered import per_environment
from atalaia.exchange.observable import HttpRequest

_REFUSALS = 3
"""Routes that foreign pages ask without a token, at most: each takes of a limiter's budget."""


@dataclass(frozen=True)
class Provoked:
    """An error answer: how it is provoked, whose policy it is under, and what must hold first."""

    intent: CorsPolicy
    request: HttpRequest
    statuses: range
    needs: Needs
    route: str = ""
    """The route whose answers must be in order before its gateway's errors are looked at."""
    like: str = ""
    """The error of the same hop that stands for this one."""
    passes: str = ""
    """The target of the front's checks that must hold first, where the gateway answers through it."""

    policy: str = ""
    """The policy whose routes the gateway's configuration is asked about, where nothing can be provoked."""

    @property
    def foreign(self) -> HttpRequest:
        """The same, asked for by a foreign page."""
        given = (*(line for line in self.request.headers if line[0] != "Origin"), ("Origin", FOREIGN))
        told = f"{self.request.key} from {FOREIGN}"
        return self.request.model_copy(update={"key": told, "headers": given, "client": CLIENT})


@per_environment
def errors(environment: Environment) -> Mapping[str, Provoked]:
    """`401 at /api/v1/users`, `404 at kong-1`, `5xx at load-balancer`: those that disturb nobody."""
    usual = _usual(environment)
    found: dict[str, Provoked] = {}
    node = first_node(environment) if environment.gateway_nodes() else ""
    named = by_route(environment)
    routed = frozenset(named if isinstance(named, tuple) else ())
    asked = {node, front_of(environment)}
    for name, one in error_answers(environment).items():
        if one.endpoint not in asked:
            continue
        if one.route in routed:
            intent = intent_of(environment, one.route)
            if named_origins(intent):
                found[name] = _of(one, intent, one.route, _refused_like(environment, one.route))
        elif not one.route and usual is not None:
            found[name] = _of_no_route(environment, name, one, usual)
    outage = f"5xx at {node.removesuffix('-proxy')}"
    if usual is not None and outage not in found:
        found[outage] = _outage(environment, usual)
    return found


def _of(one: ErrorAnswer, intent: CorsPolicy, route: str = "", like: str = "", passes: str = "") -> Provoked:
    return Provoked(intent, one.request, one.statuses, one.needs, route, like, passes)


def _of_no_route(environment: Environment, name: str, one: ErrorAnswer, usual: Policy) -> Provoked:
    """The gateway's after its routes' answers; through the front after the gateway's; the front's own."""
    node, front = first_node(environment), front_of(environment)
    if one.endpoint == node:
        return _of(one, usual.intent, first_of(environment, usual.routes[0]))
    if name.startswith("404 "):
        inner = f"404 at {node.removesuffix('-proxy')}"
        return _of(one, usual.intent, like=inner, passes=next(iter(at_front(environment)), ""))
    own = f"own 404 at {front}"
    return _of(one, usual.intent, like=own if own != name and own in error_answers(environment) else "")


def _outage(environment: Environment, usual: Policy) -> Provoked:
    """What the configuration says of the policy's routes, where no dead one is declared."""
    route = first_of(environment, usual.routes[0])
    said = explained_policy(environment, usual.name)
    request = requests_of(environment)[route].request
    return Provoked(usual.intent, request, range(500, 600), said, route, policy=usual.name)


def _refused_like(environment: Environment, target: str) -> str:
    first = first_of(environment, target)
    stands = first != target and scheme_of(environment, first) is not None
    return f"401 at {first}" if stands else ""


def _usual(environment: Environment) -> Policy | None:
    """The first policy with an origin by name: an error of no route is looked at as its pages see it."""
    origin = allowed_origin(environment)
    return next(
        (policy for policy in policies(environment).values() if origin in policy.intent.origins), None
    )


@per_environment
def foreign_errors(environment: Environment) -> tuple[str, ...]:
    """Those that foreign pages ask for too: of the 401s one for each plugin instance, the cheapest ones."""
    firsts: dict[str, str] = {}
    refusing = {one.route for name, one in errors(environment).items() if name.startswith("401 ")}
    asked = [target for target in visited(environment) if target in refusing]
    for target in sorted(asked, key=lambda target: dear(environment, target)):
        firsts.setdefault(first_of(environment, target), f"401 at {target}")
    sampled = frozenset(list(firsts.values())[:_REFUSALS])
    return tuple(
        name for name, one in errors(environment).items()
        if name in sampled or not (name.startswith("401 ") or "*" in one.intent.origins)
    )  # fmt: skip
