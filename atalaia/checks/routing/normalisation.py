"""Other spellings of a route's path are routed as the plain one (RT07)."""

from __future__ import annotations

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, undecided, where
from atalaia.checks.balancing import routed
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.gateway import ready
from atalaia.checks.routes import FRONT, first_node, path_of, route, routes, sample
from atalaia.checks.routing.declaration import alike
from atalaia.checks.routing.reached import answered
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.limits import backend_of, is_gateway

_VIA = " via "


def spelled(path: str) -> str | None:
    """The path with `./` and an encoded letter in its last segment: `/api/users` → `/api/./%75sers`.

    RFC 3986 (6.2.2) makes both the same path. None where the last segment begins with no letter.
    """
    above, _, last = path.rstrip("/").rpartition("/")
    if not last[:1].isalpha() or not last[:1].isascii():
        return None
    rest = "/" if path.endswith("/") else ""
    return f"{above}/./%{ord(last[0]):02x}{last[1:]}{rest}"


def _targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Every route at the first node; one route of every service through the front, whose limiter is tight."""
    named = routes(environment)
    if isinstance(named, NotDeclared):
        return named
    found = [target for target in named if spelled(route(environment, target).path)]
    node = first_node(environment)
    through: dict[str, str] = {}
    for target in found if environment.load_balancer else ():
        backend = backend_of(environment, path_of(environment, target))
        if backend and is_gateway(environment, backend[1]) and sample(environment, target).method == "GET":
            through.setdefault(route(environment, target).service, target)
    return (
        *(f"{target}{_VIA}{node}" for target in found),
        *(f"{target}{_VIA}{FRONT}" for target in through.values()),
    ) or NotDeclared("routes whose paths end with a word")


def _requests(environment: Environment, case: str) -> tuple[HttpRequest, ...]:
    target, _, endpoint = case.rpartition(_VIA)
    declared, place = route(environment, target).path, path_of(environment, target)
    other = (spelled(declared) or declared) + place.removeprefix(declared)
    if endpoint == FRONT:
        plain = sample(environment, target, endpoint=FRONT, client="spelling")
        return plain, _spelled(
            sample(environment, target, endpoint=FRONT, client="spelling", path=other), plain
        )
    plain = sample(environment, target)
    return plain, _spelled(sample(environment, target, client="spelling", path=other), plain)


def _spelled(request: HttpRequest, plain: HttpRequest) -> HttpRequest:
    """It costs what the plain one costs: the limiters know the route behind every spelling."""
    return request.model_copy(update={"costs": plain.costs})


def _needs(environment: Environment, case: str) -> Needs:
    target, _, endpoint = case.rpartition(_VIA)
    if endpoint != FRONT:
        return answered(environment, target)
    return all_of(
        answered(environment, target),
        *(ready(environment, node) for node in environment.gateway_nodes()),
        reachable(environment, FRONT),
        routed(environment, path_of(environment, target)),
        alike(environment),
    )


def _judge(seen: tuple[Exchange, Exchange], expected: str) -> Verdict:
    plain, other = seen
    if reason := undecided(plain, other):
        return reason
    if plain.response is None or other.response is None or plain.failure or other.failure:
        return Inconclusive(f"{describe(plain)}; {describe(other)}")
    if 400 <= other.response.status < 500 and other.answered_by is Hop.LOAD_BALANCER:
        # A front that refuses what it does not understand is right to do so.
        return []
    same_status = plain.response.status == other.response.status
    same_service = plain.response.header("X-Service") == other.response.header("X-Service")
    if same_status and same_service and plain.answered_by is other.answered_by:
        return []
    return [
        Finding(
            expected=f"{other.url} is answered as {plain.url}: {describe(plain)}",
            observed=f"{describe(other)}{_by(other)}",
            hop=where(other, Hop.GATEWAY),
        )
    ]


def _by(exchange: Exchange) -> str:
    mark = exchange.response.header("X-Service") if exchange.response else None
    return f" (X-Service: {mark})" if mark else ""


BYPASSED = Check(
    id="route.spelling-bypasses",
    severity=Severity.CRITICAL,
    catches="A path that is refused, limited or routed by its raw text, and that comes through in another "
    "spelling: %75sers for users, a dot segment.",
    remedy="HAProxy: decide on the normalised path (`http-request normalize-uri`), or leave it to Kong, "
    "which normalises before it routes.",
    source="RT07; RFC 3986, 6.2.2; Kong 3.4, kong/tools/uri.lua",
    targets=_targets,
    observes=_requests,
    requires=_needs,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (BYPASSED,)
