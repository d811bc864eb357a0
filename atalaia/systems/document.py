"""Documents that systems give about themselves, and why one cannot be read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Unreadable:
    """A document that is not what its system promises; a value, not an exception, for rules to tell."""

    why: str
    """What it is instead, in words that quote at most its beginning."""

    def __str__(self) -> str:
        return self.why


def json_object(body: bytes) -> dict[str, Any] | Unreadable:
    """The JSON object of a body."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable(instead_of(body, "JSON"))
    if not isinstance(document, dict):
        return Unreadable(f"a JSON {_KINDS.get(type(document), 'value')} instead of an object")
    return document


def instead_of(body: bytes, expected: str) -> str:
    """What a body is, where it is not what was expected: `HTML instead of JSON`."""
    start = body.lstrip()[:200].lower()
    if not start:
        return f"an empty body instead of {expected}"
    if start.startswith((b"<!doctype html", b"<html")):
        return f"HTML instead of {expected}"
    if start.startswith((b"{", b"[")):
        return f"broken or other JSON instead of {expected}" if expected != "JSON" else "broken JSON"
    return f"something else instead of {expected}: “{excerpt(body)}”"


def excerpt(body: bytes, limit: int = 80) -> str:
    """The beginning of a body on one line, for people."""
    text = " ".join(body[: 4 * limit].decode("utf-8", "replace").split())
    text = "".join(character if character.isprintable() else "·" for character in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


_KINDS: dict[type, str] = {
    list: "array", str: "string", int: "number", float: "number", bool: "boolean", type(None): "null",
}  # fmt: skip
