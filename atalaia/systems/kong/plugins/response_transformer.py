"""response-transformer: headers of the answer removed, renamed, replaced, added, appended.

After kong/plugins/response-transformer/header_transformer.lua. In that order, but every condition looks
at the headers as they came: `add` never overrides a weaker value of the upstream, `replace` is for what is
there only (to be sure of a value, use both), and what is removed and added again stays away. It runs on
Kong's own answers too, but not on the 404 of no route unless it is global; and not on Via, Server and
latencies of Kong's own, which come later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.plugins.fields import Fields, add, put
from atalaia.systems.kong.plugins.turn import KongFailed, Step, Turn

Pairs = tuple[tuple[str, str], ...]


class HeaderRules:
    """The rules of a configuration."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.remove = tuple(name for name, _ in _pairs(config, "remove"))
        self.rename = _pairs(config, "rename")
        self.replace = _pairs(config, "replace")
        self.add = _pairs(config, "add")
        self.append = _pairs(config, "append")
        self._removed = tuple(map(_key, self.remove))
        self._replaced = tuple((_key(name), (name, value)) for name, value in self.replace if value)
        self._added = tuple((_key(name), (name, value)) for name, value in self.add if value)

    def apply(self, headers: Fields) -> None:
        """Change the headers of an answer, in place.

        Raises KongFailed where a header that came twice is renamed: 3.4 cannot set a list.
        """
        came = headers.copy()
        for key in self._removed:
            headers.pop(key, None)
        for old, new in self.rename:
            if new and (lines := came.get(_key(old))):
                if len(lines) > 1:
                    raise KongFailed("response-transformer: a header with several values is renamed")
                put(headers, new, lines[0][1])
                headers.pop(_key(old), None)
        for key, line in self._replaced:
            if key in came:
                headers[key] = [line]
        for key, line in self._added:
            if key not in came:
                headers[key] = [line]
        for name, value in self.append:
            if value:
                add(headers, name, value)


class ResponseTransformer(Step):
    """The plugin in the pipeline."""

    name = "response-transformer"

    def __init__(self, plugin: Plugin) -> None:
        self.rules = HeaderRules(plugin.config)

    def header_filter(self, turn: Turn, status: int, headers: Fields) -> None:
        """Apply the rules."""
        self.rules.apply(headers)


def pair(text: str) -> tuple[str, str]:
    """`name:value` → name, value; the value is empty where there is none."""
    name, _, value = text.partition(":")
    return name, value.lstrip(":")


def _pairs(config: Mapping[str, Any], operation: str) -> Pairs:
    listed: Sequence[str] = (config.get(operation) or {}).get("headers") or ()
    return tuple(map(pair, listed))


def _key(name: str) -> str:
    """As nginx' table of headers is looked up."""
    return name.lower().replace("_", "-")
