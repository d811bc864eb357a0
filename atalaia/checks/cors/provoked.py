"""The error answers that are looked at, how they are provoked, and what they mean nothing without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.authentication.refused import NOT_REQUIRED
from atalaia.checks.balancing import TLS_FRONT_DIFFERS
from atalaia.checks.certificates import reachable
from atalaia.checks.cors.front import at_front
from atalaia.checks.cors.narrower import NARROWER
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
from atalaia.checks.cors.wider import WIDER
from atalaia.checks.exposure import WELL_KNOWN
from atalaia.checks.headers.places import front_needs, front_of
from atalaia.checks.observables import through_front
from atalaia.checks.origins import FOREIGN
from atalaia.checks.provoked import UNKNOWN, allowed_origin, dead_upstream, unknown_path, without_token
from atalaia.checks.remembered import per_environment
from atalaia.checks.routes import FRONT, first_node
from atalaia.checks.routing.unknown import UNKNOWN_PATH_ANSWERED
from atalaia.checks.routing.upstreams import dies
from atalaia.environment import Environment
from atalaia.environment.gateway import CorsPolicy
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.limits import backend_of

_DENIALS = 3
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
    named = by_route(environment)
    for target in named if isinstance(named, tuple) else ():
        request, intent = without_token(environment, target), intent_of(environment, target)
        if request is not None and named_origins(intent):
            like = _denied_like(environment, target)
            refused: Needs = ((NOT_REQUIRED, target),)
            found[f"401 at {target}"] = Provoked(intent, request, range(401, 404), refused, target, like)
    if usual is None:
        return found
    node, route = first_node(environment), first_of(environment, usual.routes[0])
    name = node.removesuffix("-proxy")
    needs: Needs = ((UNKNOWN_PATH_ANSWERED, node),)
    found[f"404 at {name}"] = Provoked(
        usual.intent, unknown_path(environment, node), range(404, 405), needs, route
    )
    found[f"5xx at {name}"] = _outage(environment, usual, node, route)
    return found | _of_front(environment, usual.intent, f"404 at {name}")


def _outage(environment: Environment, usual: Policy, node: str, route: str) -> Provoked:
    """The dead route that is declared, else what the configuration says of the policy's routes."""
    statuses = range(500, 600)
    if (dead := dead_upstream(environment, node)) is not None:
        return Provoked(usual.intent, dead, statuses, dies(environment, node), route)
    told: Needs = ((WIDER, usual.name), (NARROWER, usual.name))
    request = requests_of(environment)[route].request
    return Provoked(usual.intent, request, statuses, told, route, policy=usual.name)


def _denied_like(environment: Environment, target: str) -> str:
    first = first_of(environment, target)
    stands = first != target and without_token(environment, first) is not None
    return f"401 at {first}" if stands else ""


def _of_front(environment: Environment, intent: CorsPolicy, inner: str) -> dict[str, Provoked]:
    front = front_of(environment)
    if front is None:
        return {}
    found: dict[str, Provoked] = {}
    if backend_of(environment, UNKNOWN) is not None:
        needs = all_of(((UNKNOWN_PATH_ANSWERED, FRONT),), front_needs(environment, UNKNOWN))
        passes = next(iter(at_front(environment)), "")
        found[f"404 at {front}"] = Provoked(
            intent, unknown_path(environment, front), range(404, 405), needs, "", inner, passes
        )
    itself = all_of(((TLS_FRONT_DIFFERS, front),) if front != FRONT else (), reachable(environment, front))
    own = ""
    if backend_of(environment, WELL_KNOWN[0]) is None:
        own = f"own 404 at {front}"
        found[own] = Provoked(intent, _own(environment, front), range(400, 500), itself)
    if (dead := dead_upstream(environment, front)) is not None:
        needs = all_of(itself, dies(environment, FRONT))
        found[f"5xx at {front}"] = Provoked(intent, dead, range(500, 600), needs, "", own)
    return found


def _own(environment: Environment, front: str) -> HttpRequest:
    """A path that leads nowhere: the front answers it itself, unless it has a default backend."""
    request = through_front(environment, "/atalaia-asks-for-nothing", front)
    origin = allowed_origin(environment) or FOREIGN
    return request.model_copy(
        update={"key": f"{request.key} (origin: {origin})", "headers": (("Origin", origin),)}
    )


def _usual(environment: Environment) -> Policy | None:
    """The first policy with an origin by name: an error of no route is looked at as its pages see it."""
    origin = allowed_origin(environment)
    return next(
        (policy for policy in policies(environment).values() if origin in policy.intent.origins), None
    )


@per_environment
def foreign_errors(environment: Environment) -> tuple[str, ...]:
    """Those that foreign pages ask for too: of the 401s one for each plugin instance, the cheapest ones."""
    denied: dict[str, str] = {}
    refusing = {one.route for name, one in errors(environment).items() if name.startswith("401 ")}
    asked = [target for target in visited(environment) if target in refusing]
    for target in sorted(asked, key=lambda target: dear(environment, target)):
        denied.setdefault(first_of(environment, target), f"401 at {target}")
    sampled = frozenset(list(denied.values())[:_DENIALS])
    return tuple(
        name for name, one in errors(environment).items()
        if name in sampled or not (name.startswith("401 ") or "*" in one.intent.origins)
    )  # fmt: skip
