"""request-transformer: what of the request the upstream sees changed: headers, query, path, method.

After kong/plugins/request-transformer/access.lua. Bodies are not changed by the model, and of templates
it knows `$(headers.NAME)`, `$(query_params.NAME)` and `$(uri_captures.NAME)`; `unmodelled` says where
a configuration asks for more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.paths import compile_expression
from atalaia.systems.kong.plugins import queries
from atalaia.systems.kong.plugins.fields import add, put
from atalaia.systems.kong.plugins.response_transformer import pair
from atalaia.systems.kong.plugins.turn import KongFailed, Step, Turn

_TEMPLATE = re.compile(r"\$\(([^()]*)\)")
_SIMPLE = re.compile(
    r"(headers|query_params|uri_captures)(?:\.(\w+)|\[\s*(?:\"([^\"]+)\"|'([^']+)'|(\d+))\s*\])"
)
_OPERATIONS = ("remove", "rename", "replace", "add", "append")


class _Rules:
    """The five lists of one kind of thing."""

    def __init__(self, config: Mapping[str, Any], kind: str) -> None:
        lists = {
            operation: tuple(map(pair, (config.get(operation) or {}).get(kind) or ()))
            for operation in _OPERATIONS
        }
        self.remove = tuple(name for name, _ in lists["remove"])
        self.rename, self.replace = lists["rename"], lists["replace"]
        self.add, self.append = lists["add"], lists["append"]

    def __bool__(self) -> bool:
        return any((self.remove, self.rename, self.replace, self.add, self.append))


class RequestTransformer(Step):
    """The plugin in the pipeline."""

    name = "request-transformer"

    def __init__(self, plugin: Plugin) -> None:
        config = plugin.config
        self._headers = _Rules(config, "headers")
        self._query = _Rules(config, "querystring")
        self._uri: str | None = (config.get("replace") or {}).get("uri")
        method = config.get("http_method")
        self._method: str | None = method.upper() if method else None

    def access(self, turn: Turn) -> None:
        """Change the request for the upstream. Raises KongFailed for a template that is not known."""
        if self._method:
            turn.method = self._method
        if self._uri:
            turn.path = _render(self._uri, turn)
        if self._headers:
            self._change_headers(turn)
        if self._query:
            self._change_query(turn)

    def _change_headers(self, turn: Turn) -> None:
        rules, fields = self._headers, turn.change_headers()
        for name in rules.remove:
            if name.lower() != "host":
                fields.pop(name.lower(), None)
        for old, new in rules.rename:
            if old.lower() != "host" and (lines := fields.pop(old.lower(), None)):
                fields[new.lower()] = [(new, value) for _, value in lines]
        for name, template in rules.replace:
            if name.lower() == "host":
                turn.host = _render(template, turn)
            elif name.lower() in fields and template:
                put(fields, name, _render(template, turn))
        for name, template in rules.add:
            if name.lower() not in fields and name.lower() != "host" and template:
                put(fields, name, _render(template, turn))
        for name, template in rules.append:
            if template:
                add(fields, name, _render(template, turn))

    def _change_query(self, turn: Turn) -> None:
        rules, found = self._query, queries.arguments(turn)
        for name in rules.remove:
            found.pop(name, None)
        for old, new in rules.rename:
            if (value := found.pop(old, None)) is not None:
                found[new] = value
        for name, template in rules.replace:
            if name in found:
                found[name] = _render(template, turn)
        for name, template in rules.add:
            if name not in found:
                found[name] = _render(template, turn)
        for name, template in rules.append:
            before = found.get(name)
            values = before if isinstance(before, list) else [] if before is None else [before]
            found[name] = [*values, _render(template, turn)]
        turn.query = queries.encode(found)


def beyond_the_model(config: Mapping[str, Any]) -> list[str]:
    """What this configuration asks for that the model does not do."""
    beyond = []
    texts = [(config.get("replace") or {}).get("uri") or ""]
    for operation in _OPERATIONS:
        rules = config.get(operation) or {}
        if rules.get("body"):
            beyond.append(f"{operation}.body")
        texts += [text for kind in ("headers", "querystring") for text in rules.get(kind) or ()]
    expressions = [found for text in texts for found in _TEMPLATE.findall(text)]
    if any(not _SIMPLE.fullmatch(expression.strip()) for expression in expressions):
        beyond.append("templates beyond a single value")
    return beyond


def _render(template: str, turn: Turn) -> str:
    if "$(" not in template:
        return template
    return _TEMPLATE.sub(lambda found: _value(found[1].strip(), turn), template)


def _value(expression: str, turn: Turn) -> str:
    found = _SIMPLE.fullmatch(expression)
    if found is None:
        raise KongFailed("request-transformer: a template that the model does not know")
    table = found[1]
    name = found[2] or found[3] or found[4] or found[5]
    if table == "headers":
        return (turn.request.by_name.get(name.lower().replace("_", "-")) or ("",))[0]
    if table == "query_params":
        value = queries.arguments(turn).get(name)
        value = value[0] if isinstance(value, list) else value
        return value if isinstance(value, str) else "true" if value else ""
    return _capture(name, turn)


def _capture(name: str, turn: Turn) -> str:
    """What a group of the route's regular expression matched."""
    match = turn.match
    for path in match.route.paths if match else ():
        if match and path.startswith("~") and (found := compile_expression(path[1:]).match(match.path)):
            if name.isdigit():
                return found[int(name)] or "" if int(name) <= len(found.groups()) else ""
            return found.groupdict().get(name) or ""
    return ""
