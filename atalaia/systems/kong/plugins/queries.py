"""Query strings as nginx reads and Kong writes them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, unquote_plus

from atalaia.systems.kong.plugins.turn import Turn

Value = str | bool | list[str | bool]
"""A name without `=` is True; one that stands several times, a list."""
_MOST = 100


def parse(query: str) -> dict[str, Value]:
    """The arguments of a query, at most the first hundred."""
    found: dict[str, Value] = {}
    for part in [part for part in query.split("&") if part][:_MOST]:
        name, equals, text = part.partition("=")
        name = unquote_plus(name, errors="surrogateescape")
        value = unquote_plus(text, errors="surrogateescape") if equals else True
        if name == "":
            continue
        if name not in found:
            found[name] = value
        elif isinstance(before := found[name], list):
            before.append(value)
        else:
            found[name] = [before, value]
    return found


def encode(arguments: Mapping[str, Value]) -> str:
    """The query of these arguments, sorted by name as Kong's set_query has it."""
    parts: list[str] = []
    for name in sorted(arguments):
        value = arguments[name]
        for item in value if isinstance(value, list) else [value]:
            if item is True:
                parts.append(_escape(name))
            elif item is not False:
                parts.append(f"{_escape(name)}={_escape(item)}")
    return "&".join(parts)


def arguments(turn: Turn) -> dict[str, Value]:
    """The query's arguments as the plugins before left them."""
    return parse(turn.request.target.partition("?")[2] if turn.query is None else turn.query)


def _escape(text: str) -> str:
    return quote(text, safe="", errors="surrogateescape")
