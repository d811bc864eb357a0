"""What Kong's own 502, 503 and 504 will say of origins, told by its configuration (CO01, CO02).

For gateways that have no dead route to provoke one by. Only plugins' header filters touch such an answer:
the cors plugin's, then the response-transformer's; what services send is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from atalaia.checks.check import Finding, Inconclusive
from atalaia.checks.configured import configured, given_of
from atalaia.checks.cors.causes import Causes
from atalaia.checks.cors.judging import Pages
from atalaia.checks.cors.policies import kong_version, policies, requests_of
from atalaia.checks.cors.words import routes_told
from atalaia.checks.headers.causes import Causes as HeaderCauses
from atalaia.checks.routing.leading import Declared, led
from atalaia.environment import Environment
from atalaia.environment.gateway import CorsPolicy
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.plugins.cors import CorsRules
from atalaia.systems.kong.plugins.fields import Fields, lines_of, put
from atalaia.systems.kong.plugins.response_transformer import HeaderRules
from atalaia.systems.kong.versions import Version


@dataclass(frozen=True)
class OwnErrors:
    """The routes whose errors are told, and the file that tells them."""

    intent: CorsPolicy
    routes: tuple[Declared, ...]
    file: Given | None
    version: Version


def own_errors(environment: Environment, policy: str) -> OwnErrors:
    """The errors of a policy's routes."""
    one = policies(environment)[policy]
    routes = tuple(requests_of(environment)[target] for target in one.routes)
    return OwnErrors(one.intent, routes, given_of(environment), kong_version(environment))


Told = tuple[Exchange, Pages, str]
"""An error as a page would get it, what is expected of it, and the routes that give it."""


def told(seen: tuple[Any, ...], of: OwnErrors, origin: str) -> list[Told] | Inconclusive:
    """The errors as a page of this origin would get them: one for all routes with the same plugins."""
    given = configured(of.file, seen)
    if isinstance(given, Inconclusive):
        return given
    groups: dict[tuple[str, ...], list[Declared]] = {}
    for route in of.routes:
        if (match := led(given, route)) is not None:
            key = tuple(plugin.id for plugin in _two(given, route) if plugin)
            groups.setdefault(key, []).append(route)
            if unknown := HeaderCauses(given, route.request).unknown:
                name = match.route.name or match.route.id
                return Inconclusive(f"what {', '.join(unknown)} makes of headers on {name} is not known")
    if not groups:
        return Inconclusive(f"{given.origin} has none of the policy's routes")
    return [
        (_error(given, alike[0], origin, of.version), _pages(given, alike[0], of), _names(alike))
        for alike in groups.values()
    ]


def _two(given: Given, route: Declared) -> Iterator[Plugin | None]:
    match = led(given, route)
    assert match is not None, "the route is there"
    effective = given.scopes.of(match.route)
    yield effective.get("cors")
    yield effective.get("response-transformer")


def _error(given: Given, route: Declared, origin: str, version: Version) -> Exchange:
    cors, transformer = _two(given, route)
    fields: Fields = {}
    if cors is not None:
        said = CorsRules(cors.config, version).allows(origin)
        if said.origin is not None:
            put(fields, "Access-Control-Allow-Origin", said.origin)
        if said.credentials:
            put(fields, "Access-Control-Allow-Credentials", "true")
    if transformer is not None:
        HeaderRules(transformer.config).apply(fields)
    return Exchange(
        method=route.request.method,
        url=str(route.request.url),
        request_id="",
        sent=(("Origin", origin),),
        response=Response(status=502, headers=tuple(lines_of(fields))),
        answered_by=Hop.GATEWAY,
        elapsed=0.0,
    )


def _pages(given: Given, route: Declared, of: OwnErrors) -> Pages:
    return Pages(of.intent, Hop.GATEWAY, Causes(given, route.request))


def _names(routes: list[Declared]) -> str:
    return routes_told([route.route.path for route in routes])


def as_told(findings: list[Finding], routes: str) -> list[Finding]:
    """The findings, saying that no such answer came."""
    said = f"by the configuration of {routes}, a 502, 503 or 504 of Kong's own"
    return [one.model_copy(update={"observed": f"{said}: {one.observed}"}) for one in findings]
