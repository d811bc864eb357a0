"""Texts with places `{name}`, compiled once and filled per arrival. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import quote

from pydantic import JsonValue

Values = Mapping[str, JsonValue]
Filled = Callable[[Values], str]
"""Raises KeyError where a place has no value: the step that would have saved it failed."""
Filling = Callable[[Values], bytes]
_PLACE = re.compile(r"\{([^{}]+)\}")


class Unsendable(ValueError):
    """A value that would make another request of the one that is meant: a line's end in a header."""


def plain(value: JsonValue) -> str:
    """A value as it stands in a text."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def in_path(value: JsonValue) -> str:
    """A value in a path or query: percent-encoded whole."""
    return quote(plain(value), safe="")


def beyond_ascii(path: str) -> str:
    """A path as it goes over the wire: what is not ASCII, percent-encoded."""
    return "".join(one if one.isascii() else quote(one) for one in path)


def in_header(value: JsonValue) -> str:
    """A value in a header. Raises Unsendable."""
    text = plain(value)
    if any(character < " " or character == "\x7f" for character in text):
        raise Unsendable("a value that no header can hold")
    return text


def text(template: str, names: Collection[str], told: Callable[[JsonValue], str]) -> str | Filled:
    """A template as it is where it has no place, else what fills it; only `names` are places."""
    parts = _PLACE.split(template)
    if not any(name in names for name in parts[1::2]):
        return template
    pieces: list[str | tuple[str]] = []
    for index, part in enumerate(parts):
        if index % 2 == 0:
            pieces.append(part)
        else:
            pieces.append((part,) if part in names else "{" + part + "}")

    def fill(values: Values) -> str:
        return "".join([piece if isinstance(piece, str) else told(values[piece[0]]) for piece in pieces])

    return fill


def body(template: JsonValue, names: Collection[str]) -> bytes | Filling:
    """A body as JSON: its bytes, or what fills its texts; one that is a place only becomes the value."""
    make = _node(template, names)
    if not callable(make):
        return _encoded(template)
    return lambda values: _encoded(make(values))


def _encoded(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _node(template: JsonValue, names: Collection[str]) -> Any:
    """The same value where nothing in it is filled, else what makes it."""
    if isinstance(template, str):
        if (whole := _PLACE.fullmatch(template)) and (name := whole[1]) in names:
            return lambda values: values[name]
        return text(template, names, plain)
    if isinstance(template, dict):
        members = {key: _node(value, names) for key, value in template.items()}
        if any(map(callable, members.values())):
            return lambda values: {
                key: make(values) if callable(make) else make for key, make in members.items()
            }
    if isinstance(template, list):
        items = [_node(value, names) for value in template]
        if any(map(callable, items)):
            return lambda values: [make(values) if callable(make) else make for make in items]
    return template
