"""The error answers that can be provoked here without disturbing anything, and what they are held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.authentication.protected import protected
from atalaia.checks.authentication.refused import NOT_REQUIRED
from atalaia.checks.balancing import TLS_FRONT_DIFFERS
from atalaia.checks.certificates import reachable
from atalaia.checks.exposure import WELL_KNOWN
from atalaia.checks.headers.places import Place, front_needs, front_of, places
from atalaia.checks.headers.profiles import Profile
from atalaia.checks.observables import through_front
from atalaia.checks.provoked import UNKNOWN, dead_upstream, unknown_path, without_token
from atalaia.checks.rate_limits.enforced import NOT_ENFORCED
from atalaia.checks.rate_limits.observables import measured
from atalaia.checks.rate_limits.targets import exhaustible
from atalaia.checks.remembered import per_environment
from atalaia.checks.routes import FRONT, first_node
from atalaia.checks.routing.unknown import UNKNOWN_PATH_ANSWERED
from atalaia.checks.routing.upstreams import dies
from atalaia.environment import Environment
from atalaia.exchange.observable import HttpRequest, Observable
from atalaia.systems.limits import backend_of


@dataclass(frozen=True)
class Provoked:
    """An error answer: how it is provoked, and what it must be like."""

    endpoint: str
    profile: Profile
    like: str
    """The place whose answers must be in order before this one is looked at."""
    request: HttpRequest
    """The request that is answered by it."""
    observable: Observable
    statuses: range
    needs: Needs


@per_environment
def errors(environment: Environment) -> Mapping[str, Provoked]:
    """Those that any reader may provoke: `401 at /api/v1/users`, `404 at kong-1`, `5xx at load-balancer`."""
    found: dict[str, Provoked] = {}
    inner = {name: one for name, one in places(environment).items() if not one.at_front}
    refusing = protected(environment)
    node = first_node(environment) if inner else ""
    for target in refusing if isinstance(refusing, tuple) else ():
        request = without_token(environment, target)
        if target in inner and request is not None:
            needs: Needs = ((NOT_REQUIRED, target),)
            found[f"401 at {target}"] = _one(inner, target, node, request, range(401, 404), needs)
    if inner:
        name, usual = node.removesuffix("-proxy"), _usual(inner)
        unknown = unknown_path(environment, node)
        needs = ((UNKNOWN_PATH_ANSWERED, node),)
        found[f"404 at {name}"] = _one(inner, usual, node, unknown, range(404, 405), needs)
        if (dead := dead_upstream(environment, node)) is not None:
            needs = dies(environment, node)
            found[f"5xx at {name}"] = _one(inner, usual, node, dead, range(500, 600), needs)
    return found | _of_front(environment)


def _of_front(environment: Environment) -> dict[str, Provoked]:
    front = front_of(environment)
    outer = {name: one for name, one in places(environment).items() if one.at_front}
    if front is None or not outer:
        return {}
    found: dict[str, Provoked] = {}
    usual = _usual(outer)
    if backend_of(environment, UNKNOWN) is not None and environment.gateway_nodes():
        needs = all_of(((UNKNOWN_PATH_ANSWERED, FRONT),), front_needs(environment, UNKNOWN))
        unknown = unknown_path(environment, front)
        found[f"404 at {front}"] = _one(outer, usual, front, unknown, range(404, 405), needs)
    itself = all_of(((TLS_FRONT_DIFFERS, front),) if front != FRONT else (), reachable(environment, front))
    if backend_of(environment, WELL_KNOWN[0]) is None:
        # What connectivity asks for as well: it costs nothing more.
        own = through_front(environment, WELL_KNOWN[0], front)
        found[f"own 404 at {front}"] = _one(outer, usual, front, own, range(400, 500), itself)
    if (dead := dead_upstream(environment, front)) is not None:
        needs = all_of(itself, dies(environment, FRONT))
        found[f"5xx at {front}"] = _one(outer, usual, front, dead, range(500, 600), needs)
    return found


@per_environment
def denials(environment: Environment) -> Mapping[str, Provoked]:
    """The answers of limiters that are used up on purpose: `429 at /api/v1/users`."""
    found: dict[str, Provoked] = {}
    limited = exhaustible(environment)
    outer = {name: one for name, one in places(environment).items() if one.at_front}
    for target in limited if isinstance(limited, tuple) else ():
        measurement = measured(environment, target)
        inner = places(environment).get(target)
        if target == FRONT and outer:
            like, endpoint = _usual(outer), FRONT
        elif inner is not None and not inner.at_front:
            like, endpoint = target, first_node(environment)
        else:
            continue
        found[f"429 at {target}"] = Provoked(
            endpoint,
            places(environment)[like].profile,
            like,
            measurement.requests[0],
            measurement,
            range(measurement.status, measurement.status + 1),
            ((NOT_ENFORCED, target),),
        )
    return found


def _one(
    among: Mapping[str, Place], like: str, endpoint: str, request: HttpRequest, statuses: range, needs: Needs
) -> Provoked:
    return Provoked(endpoint, among[like].profile, like, request, request, statuses, needs)


def _usual(among: Mapping[str, Place]) -> str:
    """The first place of the profile that most have: an error of no route belongs to no class."""
    name = Counter(one.profile.name for one in among.values()).most_common(1)[0][0]
    return next(target for target, one in among.items() if one.profile.name == name)
