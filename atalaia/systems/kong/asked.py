"""What a gateway's configuration has for a request: its route, and the plugins that are effective."""

from __future__ import annotations

from collections.abc import Mapping

from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.routing import Match


def match_of(
    given: Given, request: HttpRequest, *, host: str = "", method: str = "", target: str = ""
) -> Match | None:
    """The route that Kong chooses for a request, or for it with another Host, method or target.

    None where it has none, or where Kong would refuse the file.
    """
    if given.configuration is None:
        return None
    headers: dict[str, list[str]] = {}
    for name, value in request.headers:
        headers.setdefault(name.lower(), []).append(value)
    return given.router.match(
        method or request.method,
        target or request.target,
        host or headers.get("host", [request.url.authority])[0],
        headers,
        scheme=request.url.scheme,
    )


def plugins_on(given: Given, match: Match | None) -> Mapping[str, Plugin]:
    """Plugin name → the instance that is effective on a route; without one, the global instances.

    Empty where Kong would refuse the file.
    """
    if given.configuration is None:
        return {}
    return given.scopes.of(match.route) if match else given.scopes.without_route()
