"""Which route takes a request: no matter of chance, none in vain, none beyond its path (RT03, RT12)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from atalaia.checks.addresses import all_of
from atalaia.checks.answers import describe, undecided, where
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.configured import configured, given_of, unless_given
from atalaia.checks.routes import first_node, route, routes, sample
from atalaia.checks.routing.declaration import accepted
from atalaia.checks.routing.entries import NOT_IN_FILE
from atalaia.checks.routing.leading import Declared, blamed, declared, led
from atalaia.checks.routing.reached import answered, mark_of
from atalaia.checks.routing.unknown import UNKNOWN_PATH_ANSWERED, with_gateway
from atalaia.environment import Environment
from atalaia.environment.remembered import per_environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.bleed import BEYOND, Bleed, beyond, bleeding
from atalaia.systems.kong.entities import Route
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.overlap import Overlap, label, overlaps
from atalaia.systems.kong.paths import compile_expression
from atalaia.systems.kong.routing import Router
from atalaia.systems.kong.shadow import Shadow, shadowed

_GATEWAY = Hop.GATEWAY.value
_SHOWN = 50


@lru_cache(maxsize=4)
def _overlaps(router: Router) -> tuple[Overlap, ...]:
    return overlaps(router, _SHOWN)


@lru_cache(maxsize=4)
def _shadowed(router: Router) -> tuple[Shadow, ...]:
    return shadowed(router)


@per_environment
def _given(environment: Environment) -> Given | None:
    """The file, with what takes long to find in one of a thousand routes found already.

    It is found while the run is planned: within the run it would hold up the answers that are waited for.
    """
    given = given_of(environment)
    if given is not None and given.configuration is not None:
        for find in (_overlaps, _shadowed, _bleeding):
            find(given.router)
    return given


def _judge_overlaps(seen: tuple[Any, ...], expected: Given | None) -> Verdict:
    given = configured(expected, seen)
    if isinstance(given, Inconclusive):
        return given
    return [
        Finding(
            expected="one route that takes a request, or one that goes before the other",
            observed=f"{overlap} with equal priority (the other: {given.line(overlap.other, 'paths')})",
            hop=_GATEWAY,
            cause=given.line(overlap.one, "paths"),
        )
        for overlap in _overlaps(given.router)
    ]


OVERLAPS = Check(
    id="route.overlaps",
    severity=Severity.MAJOR,
    catches="Two routes of equal priority that take the same request: which one wins is a matter of ids, "
    "and may change with a name or a restart.",
    remedy="Give one of them a longer path, a host, or a regex_priority.",
    source="RT12; Kong 3.4, kong/router/compat.lua get_priority",
    targets=with_gateway,
    observes=lambda environment, target: unless_given(environment),
    expects=lambda environment, target: _given(environment),
    requires=lambda environment, target: accepted(environment),
    judge=_judge_overlaps,
)


def _judge_shadows(seen: tuple[Any, ...], expected: Given | None) -> Verdict:
    given = configured(expected, seen)
    if isinstance(given, Inconclusive):
        return given
    return [
        Finding(
            expected=f"route {label(shadow.route)} is reached by {shadow.path or 'some request'}",
            observed=f"route {label(shadow.by)} ({given.line(shadow.by, 'paths')}) always goes before it"
            + (
                ", but for methods that nobody uses" if shadow.by.methods and not shadow.route.methods else ""
            ),
            hop=_GATEWAY,
            cause=given.line(shadow.route, "paths"),
        )
        for shadow in _shadowed(given.router)[:_SHOWN]
    ]


SHADOWED = Check(
    id="route.shadowed",
    severity=Severity.MAJOR,
    catches="A route that is never reached, because another one always wins: more kinds of attributes beat a "
    "longer path, a regular expression beats every prefix.",
    remedy="Take the route away, or give it what the one that wins has: its hosts, methods or "
    "regex_priority.",
    source="RT12; Kong 3.4, kong/router/compat.lua get_priority",
    targets=with_gateway,
    observes=lambda environment, target: unless_given(environment),
    expects=lambda environment, target: _given(environment),
    requires=lambda environment, target: accepted(environment),
    judge=_judge_shadows,
)


@lru_cache(maxsize=4)
def _bleeding(router: Router) -> dict[str, tuple[Bleed, ...]]:
    found: dict[str, tuple[Bleed, ...]] = {}
    for bleed in bleeding(router):
        found[bleed.route.id] = (*found.get(bleed.route.id, ()), bleed)
    return found


def _judge_prefix(seen: tuple[Any, ...], expected: Declared) -> Verdict:
    given = configured(expected.file, seen)
    if isinstance(given, Inconclusive):
        return given
    match = led(given, expected)
    assert match is not None, "route.not-in-file has found it"
    taken = [
        (bleed.path, str(bleed.example))
        for bleed in _bleeding(given.router).get(match.route.id, ())
        if expected.route.path.startswith(bleed.path)
    ]
    return [
        Finding(
            expected=f"{expected.route.path}, what lies below it, and nothing else",
            observed=f"route {label(match.route)} also takes {example}",
            hop=_GATEWAY,
            cause=given.line(match.route, "paths", match.route.paths.index(path)),
        )
        for path, example in (*taken, *_unended(given, expected, match.route))
    ]


def _unended(given: Given, expected: Declared, route: Route) -> Iterator[tuple[str, str]]:
    """The expressions of a route that have no end where the declared path has, and a request for each."""
    path = expected.route.path.rstrip("/")
    for text in route.paths:
        expression = compile_expression(text[1:]) if path and text.startswith("~") else None
        target = beyond(expression, path) if expression and expression.match(path) else None
        match = led(given, expected, target=target) if target else None
        if match is not None and match.route.id == route.id:
            yield text, f"{expected.request.method} {target}"


PREFIX_TOO_WIDE = Check(
    id="route.prefix-too-wide",
    severity=Severity.MINOR,
    catches="A plain path without a slash at its end, or an expression without `$`: /users and ~/users also "
    "take /users-internal, and whatever else begins so.",
    remedy="Write the path as ~/users$ and, for what lies below it, /users/.",
    source="RT03; Kong/kong#3056",
    targets=routes,
    observes=lambda environment, target: unless_given(environment),
    expects=declared,
    requires=lambda environment, target: ((NOT_IN_FILE, target),),
    judge=_judge_prefix,
)


def _alone(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The routes beyond whose paths no other declared route begins: there nobody should answer."""
    named = routes(environment)
    if isinstance(named, NotDeclared):
        return named
    paths = frozenset(one.path.rstrip("/") for one in environment.routes)
    found = tuple(
        target for target in named if paths.isdisjoint(_above(route(environment, target).path.rstrip("/")))
    )
    return found or NotDeclared("routes that lie below no other")


def _above(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition("/")[0]
        yield path


def _beyond(environment: Environment, target: str) -> HttpRequest:
    return sample(
        environment,
        target,
        path=route(environment, target).path.rstrip("/") + BEYOND,
        method="GET",
        client="beyond",
    )


def _judge_beyond(seen: tuple[Exchange], expected: tuple[Declared, str]) -> Verdict:
    (exchange,) = seen
    of, mark = expected
    path = of.route.path
    if verdict := undecided(exchange):
        return verdict
    response = exchange.response
    if response is None or exchange.failure:
        return Inconclusive(f"{path}{BEYOND}: {describe(exchange)}")
    if exchange.answered_by is not Hop.SERVICE and response.header("X-Service") != mark:
        return []
    if response.header("X-Service") not in {mark, None}:
        return []
    return [
        Finding(
            expected=f"{path}{BEYOND} is not served by what serves {path}",
            observed=f"{describe(exchange)} (X-Service: {response.header('X-Service') or 'none'})",
            hop=where(exchange, Hop.GATEWAY),
            cause=blamed(of).route("paths"),
        )
    ]


PREFIX_SERVED = Check(
    id="route.prefix-bleeds",
    severity=Severity.MINOR,
    catches="A path that only begins like a route's and that its service is asked for all the same.",
    remedy="Write the path as ~/users$ and, for what lies below it, /users/; and look for what the node "
    "serves beside its declarative file.",
    source="RT03; Kong/kong#3056",
    targets=_alone,
    observes=lambda environment, target: (_beyond(environment, target),),
    expects=lambda environment, target: (declared(environment, target), mark_of(environment, target)),
    requires=lambda environment, target: all_of(
        ((PREFIX_TOO_WIDE, target), (UNKNOWN_PATH_ANSWERED, first_node(environment))),
        answered(environment, target),
    ),
    judge=_judge_beyond,
)

CHECKS: tuple[Check, ...] = (OVERLAPS, SHADOWED, PREFIX_TOO_WIDE, PREFIX_SERVED)
