"""What the gateway's configuration has to do with a header: the response-transformer that is effective.

Kong's rules: one instance of the plugin wins, whole, the route's before the service's before the global
one; `add` never overrides what came, `replace` puts a value only where one came, `append` puts it beside
what came; and on the 404 of no route only global instances run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.asked import match_of, plugins_on
from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.plugins.fields import Fields, lines_of
from atalaia.systems.kong.plugins.response_transformer import HeaderRules, pair
from atalaia.systems.kong.routing import Match

_PLUGIN = "response-transformer"
_UNKNOWN = frozenset({"response-transformer-advanced", "pre-function", "post-function", "exit-transformer"})


@dataclass(frozen=True)
class Cause:
    """Where a header's fault comes from."""

    place: str = ""
    """file:line."""
    why: str = ""
    """What the configuration does there, for people."""

    def explains(self, observed: str) -> str:
        """What was observed, and why."""
        return f"{observed}: {self.why}" if self.why else observed


NO_CAUSE = Cause()


@dataclass(frozen=True)
class Causes:
    """The configuration, and the request whose answer was judged."""

    given: Given | None
    request: HttpRequest
    added_later: bool = False
    """Whether something between the gateway and the client may have changed the headers."""

    def missing(self, header: str) -> Cause:
        """Why a header is not there."""
        plugin = self._effective
        if self.added_later:
            return NO_CAUSE
        if plugin is None:
            elsewhere = self._elsewhere(header)
            if elsewhere is None:
                return NO_CAUSE
            only = "one route" if elsewhere.route else "one service"
            where = "on the 404 of no route" if self._match is None else "here"
            why = f"only the {_PLUGIN} of {only} adds it, and {where} it does not run"
            return self._at(elsewhere, "add", header, why)
        if self._has(plugin, "remove", header):
            return self._at(plugin, "remove", header, f"{_PLUGIN} removes it")
        if self._has(plugin, "replace", header) and not self._has(plugin, "add", header):
            return self._at(plugin, "replace", header, f"{_PLUGIN} replaces it only where one came")
        if self._has(plugin, "add", header):
            return NO_CAUSE
        if other := self._elsewhere(header):
            adding = self._line(other, "add", header)
            why = f"the more specific {_PLUGIN} takes the place of the one that adds it ({adding})"
            return self._at(plugin, "add", header, why)
        return self._at(plugin, "add", header, f"{_PLUGIN} does not add it")

    def weak(self, header: str, value: str | None) -> Cause:
        """Why a header has this value."""
        plugin = self._effective
        if plugin is None:
            return NO_CAUSE
        for operation in ("replace", "add", "append"):
            if value is not None and value in self._values(plugin, operation, header):
                return self._at(plugin, operation, header, f"{_PLUGIN} sets it")
        if self._values(plugin, "add", header) and not self._has(plugin, "replace", header):
            why = f"{_PLUGIN} adds another value, and `add` never overrides what the service sends"
            return self._at(plugin, "add", header, why)
        return NO_CAUSE

    def twice(self, header: str) -> Cause:
        """Why a header is there more than once."""
        plugin = self._effective
        if plugin is None or not self._has(plugin, "append", header):
            return NO_CAUSE
        return self._at(plugin, "append", header, f"{_PLUGIN} appends it to what the service sends")

    @cached_property
    def own(self) -> tuple[tuple[str, str], ...]:
        """The headers that the plugin leaves on an answer that Kong makes itself."""
        fields: Fields = {}
        if self._effective is not None:
            HeaderRules(self._effective.config).apply(fields)
        return tuple(lines_of(fields))

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """Plugins on the route that may do anything to headers."""
        return tuple(sorted(_UNKNOWN & self._plugins.keys())) if self._match else ()

    @cached_property
    def _match(self) -> Match | None:
        return match_of(self.given, self.request) if self.given else None

    @cached_property
    def _plugins(self) -> Mapping[str, Plugin]:
        return plugins_on(self.given, self._match) if self.given else {}

    @property
    def _effective(self) -> Plugin | None:
        return self._plugins.get(_PLUGIN)

    def _elsewhere(self, header: str) -> Plugin | None:
        """An enabled instance of the plugin that adds the header."""
        configuration = self.given.configuration if self.given else None
        for plugin in configuration.plugins if configuration else ():
            if plugin.name == _PLUGIN and plugin.enabled and self._has(plugin, "add", header):
                return plugin
        return None

    def _has(self, plugin: Plugin, operation: str, header: str) -> bool:
        return self._position(plugin, operation, header) is not None

    def _position(self, plugin: Plugin, operation: str, header: str) -> int | None:
        listed = (plugin.config.get(operation) or {}).get("headers") or ()
        names = [pair(text)[0].lower() for text in listed]
        return names.index(header.lower()) if header.lower() in names else None

    def _values(self, plugin: Plugin, operation: str, header: str) -> list[str]:
        listed = (plugin.config.get(operation) or {}).get("headers") or ()
        return [value for name, value in map(pair, listed) if name.lower() == header.lower()]

    def _at(self, plugin: Plugin, operation: str, header: str, why: str) -> Cause:
        return Cause(self._line(plugin, operation, header), why)

    def _line(self, plugin: Plugin, operation: str, header: str) -> str:
        assert self.given is not None, "the plugin is its"
        position = self._position(plugin, operation, header)
        fields = ("config", operation) if position is None else ("config", operation, "headers", position)
        return self.given.line(plugin, *fields)
