"""Which line of the configuration explains what was seen of a request: its route's, or a plugin's."""

from __future__ import annotations

import json
from dataclasses import dataclass

from atalaia.checks.configured import given_of
from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints
from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.routing import Match

_REFUSING = {
    401: ("jwt", "key-auth", "basic-auth"),
    403: ("acl", "ip-restriction", "bot-detection"),
    413: ("request-size-limiting",),
}
"""Status → the plugins that answer with it."""
_UPGRADE = 426
"""What Kong answers over plain HTTP where a route's `protocols` are https alone."""
TRANSFORMERS = ("request-transformer", "response-transformer")


@dataclass(frozen=True)
class Blamed:
    """The configuration, and the route that it has for a request. Without a file nothing is blamed."""

    given: Given | None = None
    match: Match | None = None

    def route(self, *fields: str | int) -> str:
        """Where the route is, or says this."""
        return self.given.line(self.match.route, *fields) if self.given and self.match else ""

    def service(self, *fields: str | int) -> str:
        """Where the route's service is, or says this; the route where it has none."""
        if self.given is None or self.match is None or self.match.service is None:
            return self.route()
        return self.given.line(self.match.service, *fields)

    def plugin(self, *names: str, naming: str = "") -> str:
        """Where the first of these plugins is that works on the route, and whose config names this header."""
        for name in names:
            plugin = self._plugin(name)
            if self.given and plugin and naming.lower() in json.dumps(dict(plugin.config)).lower():
                return self.given.line(plugin)
        return ""

    def refusal(self, status: int) -> str:
        """Where the plugin is that answers with this status; else the route."""
        ending = self._plugin("request-termination")
        if self.given and ending and ending.config.get("status_code", 503) == status:
            return self.given.line(ending)
        if status == _UPGRADE:
            return self.route("protocols")
        return self.plugin(*_REFUSING.get(status, ())) or self.route()

    def _plugin(self, name: str) -> Plugin | None:
        if self.given is None or self.match is None:
            return None
        return self.given.scopes.of(self.match.route).get(name)


@dataclass(frozen=True)
class Taken:
    """A request for a path at an endpoint, whose route is looked up when something is to be explained."""

    given: Given | None
    method: str
    path: str
    host: str
    scheme: str

    @property
    def blamed(self) -> Blamed:
        """The route that the configuration has for it."""
        if self.given is None or self.given.configuration is None:
            return Blamed()
        found = self.given.router.match(self.method, self.path, self.host, {}, scheme=self.scheme)
        return Blamed(self.given, found)


def taken(environment: Environment, endpoint: str, path: str, method: str = "GET") -> Taken:
    """A request to an endpoint. Raises KeyError for one that is not there."""
    url = endpoints(environment)[endpoint]
    return Taken(given_of(environment), method, path, url.authority, url.scheme)
