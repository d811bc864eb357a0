"""JSON pointers (RFC 6901): the value at a place in a document."""

from __future__ import annotations

from typing import Any


class NotThere(Exception):
    """The document has nothing at that place; the words say how far it leads."""


def at(document: Any, pointer: str) -> Any:
    """The value that a pointer leads to. Raises NotThere, ValueError where it is no pointer."""
    if pointer and not pointer.startswith("/"):
        raise ValueError("a JSON pointer begins with /")
    value = document
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and str(int(key)) == key and int(key) < len(value):
            value = value[int(key)]
        else:
            raise NotThere(f"nothing at {pointer}")
    return value


def same(found: Any, expected: Any) -> bool:
    """Whether two values of JSON are one: `true` is not 1, and 1 is 1.0."""
    if isinstance(found, bool) or isinstance(expected, bool):
        return found is expected
    if isinstance(expected, (list, tuple)):
        return (
            isinstance(found, (list, tuple))
            and len(found) == len(expected)
            and all(same(one, other) for one, other in zip(found, expected, strict=True))
        )
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and found.keys() == expected.keys()
            and all(same(found[key], expected[key]) for key in expected)
        )
    return bool(found == expected)
