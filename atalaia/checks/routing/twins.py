"""Routes beside the declared ones that take the same paths: for some header, host, name or method."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.configured import configured, unless_given
from atalaia.checks.routes import routes
from atalaia.checks.routing.declaration import accepted
from atalaia.checks.routing.leading import led
from atalaia.checks.routing.promises import Promise, Promised, promised
from atalaia.checks.routing.unknown import with_gateway
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.below import examples
from atalaia.systems.kong.example import Example
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.overlap import label
from atalaia.systems.kong.plugins.authenticators import ends_all
from atalaia.systems.kong.routing import Candidate

_ALL = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")


def declaring(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The gateway, where the environment itself says which routes it is meant to have."""
    named = routes(environment)
    if isinstance(named, NotDeclared):
        return named
    return NotDeclared("routes") if environment.routes_of_gateway else with_gateway(environment)


def _broken(
    given: Given, expected: Promised, candidate: Candidate
) -> Iterator[tuple[Example, dict[str, str]]]:
    """Requests that the candidate takes, and what is promised of them that it does not keep."""
    plugins = given.scopes.of(candidate.route)
    if ends_all(plugins):
        return
    for path in expected.paths.beside(candidate):
        told = {
            one: _told_here(given, one, candidate) for one in expected.by_path[path] if one.broken(plugins)
        }
        if not any(told.values()):
            continue
        for request in _requests(given, expected, candidate, path):
            broken: dict[str, str] = {}
            for promise in expected.of(path, request.method):
                broken |= told.get(promise, {})
            if broken:
                yield request, broken
                break


def _requests(given: Given, expected: Promised, candidate: Candidate, path: str) -> Iterator[Example]:
    """Requests for a path that no other route takes; preflights are none that anything is promised of."""
    for found in examples(candidate, path):
        for method in candidate.route.methods or _ALL:
            request = replace(found, method=method)
            if method != "OPTIONS" and _reached(given, expected, candidate, request, path):
                yield request


def _reached(given: Given, expected: Promised, candidate: Candidate, request: Example, path: str) -> bool:
    headers = {name: [value] for name, value in request.headers.items()}
    match = given.router.match(request.method, request.path, request.host, headers)
    return (
        match is not None
        and match.route.id == candidate.route.id
        and expected.paths.owner(match.path) == path
    )


def _told_here(given: Given, promise: Promise, candidate: Candidate) -> dict[str, str]:
    """What the candidate does not keep of a promise, but for what is told of the route that is meant."""
    route = candidate.route
    broken = promise.broken(given.scopes.of(route))
    meant = led(given, promise.declared)
    if meant is not None:
        for name in promise.broken(given.scopes.of(meant.route)):
            broken.pop(name, None)
    if "token" in broken and route.id in promise.plain(given):
        del broken["token"]  # token.not-enforced asks for every way to the route
    return broken


def _judge(seen: tuple[Any, ...], expected: Promised) -> Verdict:
    given = configured(expected.file, seen)
    if isinstance(given, Inconclusive):
        return given
    found: dict[str, Finding] = {}
    for candidate in given.router.candidates:
        if candidate.route.id not in found:
            finding = _finding(given, candidate, tuple(_broken(given, expected, candidate)), expected)
            if finding is not None:
                found[candidate.route.id] = finding
    return list(found.values())


def _finding(
    given: Given, candidate: Candidate, broken: tuple[tuple[Example, dict[str, str]], ...], expected: Promised
) -> Finding | None:
    if not broken:
        return None
    request, first = max(broken, key=lambda each: len(each[1]))
    owners = {expected.paths.owner(each.path) for each, _ in broken}
    own = expected.paths.owner(request.path) or "/"
    more = f"; {len(owners) - 1} more declared paths likewise" if len(owners) > 1 else ""
    route = candidate.route
    service = candidate.service.name if candidate.service else "no service"
    lacks = ", ".join(first.values())
    return Finding(
        expected=f"every route that takes requests for {own} keeps what its class promises",
        observed=f"route {label(route)}, to {service}, takes {request}, and {lacks}{more}",
        hop=Hop.GATEWAY.value,
        cause=given.line(route),
    )


TWIN_UNPROTECTED = Check(
    id="route.twin-unprotected",
    severity=Severity.CRITICAL,
    catches="A second route for a declared path, or for something below it, that takes requests with a "
    "header, a host, a TLS name or a method of its own, and lacks the token, limiter or CORS policy that "
    "the path's class promises: who knows the header walks around all three.",
    remedy="Take the route away, or give it the plugins of the route that is meant; put them on the service, "
    "where they hold for every route.",
    source="RT12; Kong 3.4, kong/router/compat.lua get_priority, kong/runloop/plugins_iterator.lua",
    targets=declaring,
    observes=lambda environment, target: unless_given(environment),
    expects=lambda environment, target: promised(environment),
    requires=lambda environment, target: accepted(environment),
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (TWIN_UNPROTECTED,)
