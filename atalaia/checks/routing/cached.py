"""Answers that the gateway keeps: one client's must not become another's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.configured import configured, unless_given
from atalaia.checks.routes import routes, scheme_of
from atalaia.checks.routing.declaration import accepted
from atalaia.checks.routing.leading import Declared, declared, led
from atalaia.checks.routing.unknown import with_gateway
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.given import Given, given_of
from atalaia.systems.kong.overlap import label
from atalaia.systems.kong.plugins.authenticators import AUTHENTICATORS, BY_CLIENT, refuses

_CACHES = ("proxy-cache", "proxy-cache-advanced")
_TELLING = {"authorization"}


def _expected(environment: Environment, target: str) -> tuple[Given | None, tuple[Declared, ...]]:
    named = routes(environment)
    protected = (one for one in (named if isinstance(named, tuple) else ()) if scheme_of(environment, one))
    return given_of(environment), tuple(declared(environment, one) for one in protected)


def _shared(plugin: Plugin) -> bool:
    """Whether what it keeps for one token it also gives to another.

    Its keys are made of the consumer, the route, the method, the path, the query and `vary_headers`
    (cache_key.lua); with `cache_control` no answer to a request with Authorization is kept (handler.lua).
    """
    varies = {str(name).lower() for name in plugin.config.get("vary_headers") or ()}
    return not plugin.config.get("cache_control") and varies.isdisjoint(_TELLING)


def _asks(plugins: Mapping[str, Plugin]) -> bool:
    return any(name in plugins for name in AUTHENTICATORS)


def _judge(seen: tuple[Any, ...], expected: tuple[Given | None, tuple[Declared, ...]]) -> Verdict:
    file, protected = expected
    given = configured(file, seen)
    if isinstance(given, Inconclusive):
        return given
    assert given.configuration is not None, "the file is accepted"
    meant = {match.route.id for one in protected if (match := led(given, one)) is not None}
    found: dict[str, list[str]] = {}
    instances: dict[str, Plugin] = {}
    for route in given.configuration.routes:
        plugins = given.scopes.of(route)
        if refuses(plugins, BY_CLIENT) or not (_asks(plugins) or route.id in meant):
            continue
        for plugin in (plugins[name] for name in _CACHES if name in plugins and _shared(plugins[name])):
            instances[plugin.id] = plugin
            found.setdefault(plugin.id, []).append(label(route))
    return [
        Finding(
            expected=f"answers of {_told(names)} are kept for each token by itself",
            observed=f"{instances[id_].name} keeps them by path and query, whoever asks: all tokens of an "
            "issuer are one consumer's",
            hop=Hop.GATEWAY.value,
            cause=given.line(instances[id_], "config"),
        )
        for id_, names in found.items()
    ]


def _told(names: list[str]) -> str:
    return f"route {names[0]}" if len(names) == 1 else f"routes {', '.join(names)}"


CACHED = Check(
    id="route.cached-across-clients",
    severity=Severity.CRITICAL,
    catches="A cache on a route that asks for a token, with the same key for all tokens: who asks second is "
    "given what the first one may see, one clinic's data to another.",
    remedy="Set `vary_headers: [Authorization]` in the proxy-cache plugin, or take it away from the route.",
    source="RFC 9111, 3.5; Kong 3.4, kong/plugins/proxy-cache/cache_key.lua",
    targets=with_gateway,
    observes=lambda environment, target: unless_given(environment),
    expects=_expected,
    requires=lambda environment, target: accepted(environment),
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (CACHED,)
