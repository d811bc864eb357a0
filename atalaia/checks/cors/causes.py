"""Which line of the gateway's configuration a CORS header of an answer comes from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from atalaia.checks.configured import given_of
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.asked import match_of, plugins_on
from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.plugins.response_transformer import pair
from atalaia.systems.kong.routing import Match

_FIELDS = {
    "access-control-allow-origin": "origins",
    "access-control-allow-credentials": "credentials",
    "access-control-allow-methods": "methods",
    "access-control-allow-headers": "headers",
    "access-control-expose-headers": "exposed_headers",
    "access-control-max-age": "max_age",
    "vary": "origins",
}
_OPERATIONS = ("remove", "rename", "replace", "add", "append")


@dataclass(frozen=True)
class Causes:
    """The configuration, and the request whose answer is judged."""

    given: Given | None
    request: HttpRequest

    def of(self, header: str) -> str:
        """file:line of what decides about a header: a response-transformer that touches it, else the cors
        plugin's setting, else the route; empty where there is no file."""
        if self.given is None or self.given.configuration is None:
            return ""
        if plugin := self._effective("response-transformer"):
            for operation in _OPERATIONS:
                listed = (plugin.config.get(operation) or {}).get("headers") or ()
                names = [pair(text)[0].lower() for text in listed]
                if header.lower() in names:
                    at = names.index(header.lower())
                    return self.given.line(plugin, "config", operation, "headers", at)
        if plugin := self._effective("cors"):
            return self.given.line(plugin, "config", _FIELDS[header.lower()])
        return self.given.line(self._match.route) if self._match else self.given.origin

    @cached_property
    def _match(self) -> Match | None:
        assert self.given is not None, "asked by `of` only"
        return match_of(self.given, self.request)

    def _effective(self, name: str) -> Plugin | None:
        assert self.given is not None, "asked by `of` only"
        return plugins_on(self.given, self._match).get(name)


def causes_of(environment: Environment, request: HttpRequest) -> Causes:
    """The causes of the answer to this request.

    Through the front the gateway's file is none: what the gateway itself says is judged before.
    """
    return Causes(given_of(environment) if request.hop is Hop.GATEWAY else None, request)
