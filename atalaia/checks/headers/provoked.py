"""The error answers that can be provoked here without disturbing anything, and what they are held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from atalaia.checks.addresses import Needs
from atalaia.checks.error_answers import error_answers
from atalaia.checks.headers.places import Place, places
from atalaia.checks.headers.profiles import Profile
from atalaia.checks.rate_limits.enforced import NOT_ENFORCED
from atalaia.checks.rate_limits.observables import measured
from atalaia.checks.rate_limits.targets import exhaustible
from atalaia.checks.routes import FRONT, first_node
from atalaia.environment import Environment
from atalaia.environment.remembered import per_environment
from atalaia.exchange.observable import HttpRequest, Observable


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
    firsts: tuple[str, ...] = ()
    """Errors that are looked at before: what is wrong there as well is told there."""


@per_environment
def errors(environment: Environment) -> Mapping[str, Provoked]:
    """Those that any reader may provoke: `401 at /api/v1/users`, `404 at kong-1`, `5xx at load-balancer`."""
    found: dict[str, Provoked] = {}
    at: dict[str, dict[str, Place]] = {}
    for name, place in places(environment).items():
        at.setdefault(place.endpoint, {})[name] = place
    for name, one in error_answers(environment).items():
        there = at.get(one.endpoint, {})
        if not there or (one.route and one.route not in at[first_node(environment)]):
            continue
        like = one.route if one.route in there else _usual(there)
        profile = at[first_node(environment)][one.route].profile if one.route else there[like].profile
        firsts = tuple(first for first in (one.first, *_of_nodes(environment, name)) if first in found)
        found[name] = Provoked(
            one.endpoint, profile, like, one.request, one.request, one.statuses, one.needs, firsts
        )
    return found


def _of_nodes(environment: Environment, name: str) -> tuple[str, ...]:
    """The nodes' own 404, one of which comes through the front."""
    if not name.startswith(f"404 at {FRONT}"):
        return ()
    return tuple(f"404 at {node}" for node in environment.gateway_nodes())


@per_environment
def denials(environment: Environment) -> Mapping[str, Provoked]:
    """The answers of limiters that are used up on purpose: `429 at /api/v1/users`."""
    found: dict[str, Provoked] = {}
    limited = exhaustible(environment)
    outer = {name: one for name, one in places(environment).items() if one.endpoint == FRONT}
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


def _usual(among: Mapping[str, Place]) -> str:
    """The first place of the profile that most have: an error of no route belongs to no class."""
    name = Counter(one.profile.name for one in among.values()).most_common(1)[0][0]
    return next(target for target, one in among.items() if one.profile.name == name)
