"""Which limiter the gateway's configuration has for a declared route, and which ones it hides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.checks.check import Finding, Inconclusive, Verdict
from atalaia.checks.configured import configured
from atalaia.checks.rate_limits.targets import limit_of, limited_routes
from atalaia.checks.routes import scheme_of
from atalaia.checks.routing.leading import Declared, declared, led
from atalaia.environment import Environment
from atalaia.environment.authentication import Authentication
from atalaia.environment.gateway import RouteLimit
from atalaia.environment.remembered import by_identity, per_environment
from atalaia.systems.kong.entities import Configuration, Plugin, Route
from atalaia.systems.kong.given import Given

NAME = "rate-limiting"


@dataclass(frozen=True)
class Meant:
    """What a route's class says of its limiter, beside the route itself."""

    route: Declared
    limit: RouteLimit
    scheme: Authentication | None
    nodes: int


@dataclass(frozen=True)
class Found:
    """What the configuration has for the route."""

    given: Given
    configuration: Configuration
    route: Route
    limiter: Plugin | None
    """The instance that is effective, for the consumer that our token names."""
    others: tuple[Plugin, ...]
    """Those that would apply if it were not there, switched off or less specific."""
    plugins: frozenset[str]
    """Names of everything that is effective."""

    @property
    def effective(self) -> Plugin:
        """The limiter, where `limiter.absent` has found one."""
        assert self.limiter is not None, "limiter.absent has found it"
        return self.limiter


def meant(environment: Environment, target: str) -> Meant:
    """The intent for a route's limiter."""
    return _all_meant(environment)[target]


@per_environment
def _all_meant(environment: Environment) -> dict[str, Meant]:
    limited = limited_routes(environment)
    return {
        target: Meant(
            route=declared(environment, target),
            limit=limit_of(environment, target),
            scheme=scheme_of(environment, target),
            nodes=len(environment.gateway_nodes()),
        )
        for target in (limited if isinstance(limited, tuple) else ())
    }


def judged(
    judge: Callable[[Found, Meant], list[Finding]],
) -> Callable[[tuple[Any, ...], Meant], Verdict]:
    """A check's judge of what the file, or else the Admin API as it was seen, has for a route."""

    def of(seen: tuple[Any, ...], expected: Meant) -> Verdict:
        given = configured(expected.route.file, seen)
        return given if isinstance(given, Inconclusive) else judge(found_in(given, expected), expected)

    return of


def found_in(given: Given, expected: Meant) -> Found:
    """What a configuration that routes the sample request has for the route."""
    configuration, match = given.configuration, led(given, expected.route)
    assert configuration is not None, "the file is accepted"
    assert match is not None, "route.not-in-file has found it"
    route, limiters = match.route, _limiters(configuration)
    applying = given.scopes.of(route, _consumer(configuration, expected.scheme))
    limiter = applying.get(NAME)
    others = tuple(
        plugin
        for scope in ((route.id, route.service), (route.id, None), (None, route.service), (None, None))
        for plugin in limiters.get(scope, ())
        if plugin is not limiter
    )
    return Found(given, configuration, route, limiter, others, frozenset(applying))


@by_identity
def _limiters(configuration: Configuration) -> Mapping[tuple[str | None, str | None], tuple[Plugin, ...]]:
    """Ids of route and service → limiters of these that are no consumer's."""
    limiters: dict[tuple[str | None, str | None], tuple[Plugin, ...]] = {}
    for plugin in configuration.plugins:
        if plugin.name == NAME and plugin.consumer is None:
            scope = plugin.route, plugin.service
            limiters[scope] = (*limiters.get(scope, ()), plugin)
    return limiters


def _consumer(configuration: Configuration, scheme: Authentication | None) -> str | None:
    """The consumer that a token of the toolkit's is known as: the one whose key is a claim of it."""
    claims = set(dict(scheme.claims).values()) if scheme else set()
    return next(
        (
            credential.consumer
            for credential in configuration.credentials
            if credential.kind == "jwt_secrets" and credential.document.get("key") in claims
        ),
        None,
    )
