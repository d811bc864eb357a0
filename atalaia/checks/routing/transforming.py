"""What the request-transformer plugin makes of a request on its way to the service (RT04, RT05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from atalaia.checks.check import Inconclusive
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.plugins import Chain, Turn, Worker
from atalaia.systems.kong.plugins.request_transformer import RequestTransformer
from atalaia.systems.kong.plugins.turn import KongFailed
from atalaia.systems.kong.routing import Match

_NAME = RequestTransformer.name


@dataclass(frozen=True)
class _Asked:
    """A request as the plugin sees it."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    by_name: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Transformed:
    """What arrives, and the plugin's part in it."""

    target: str
    """The request target that the service sees."""
    host: str | None
    """The Host header that the plugin wants; None: it wants none."""
    path_cause: str = ""
    """Where the file says that the path changes; empty: no plugin changes it."""
    host_cause: str = ""


def transformed(given: Given, match: Match, request: HttpRequest, host: str) -> Transformed | Inconclusive:
    """What the configuration makes of a request that this route takes, for a caller that is no consumer.

    Plugins that refuse requests are left out: a refused request arrives nowhere.
    """
    plugin = given.scopes.of(match.route).get(_NAME)
    turn = Turn(_nothing(), match, _asked(request, host), client="", now=0.0, tracker="")
    if plugin is None:
        return Transformed(turn.upstream_target(), None)
    unknown = f"{given.line(plugin, 'config')}: {_NAME} uses templates that are not modelled"
    try:
        RequestTransformer(plugin).access(turn)
    except KongFailed:
        return Inconclusive(unknown)
    if any("$(" in text for text in (turn.path, turn.query, turn.host) if text):
        return Inconclusive(unknown)
    changed = turn.path is not None or turn.query is not None
    return Transformed(
        turn.upstream_target(),
        turn.host,
        _line(given, plugin, "uri" if turn.path is not None else "querystring") if changed else "",
        _line(given, plugin, "headers") if turn.host is not None else "",
    )


def _line(given: Given, plugin: Plugin, kind: str) -> str:
    """Where the plugin says it; `replace.querystring` may not be there, but its config is."""
    return given.line(plugin, "config", "replace", kind)


def _asked(request: HttpRequest, host: str) -> _Asked:
    headers = [("Host", host), *((name, value) for name, value in request.headers if name.lower() != "host")]
    by_name: dict[str, list[str]] = {}
    for name, value in headers:
        by_name.setdefault(name.lower(), []).append(value)
    return _Asked(request.method, request.target, headers, request.body or b"", by_name)


@lru_cache(maxsize=1)
def _nothing() -> Chain:
    """A chain without plugins: only the transformer's own step is taken."""
    return Chain(Worker(), {}, (), {})
