"""What is secret in an entity, by the names of its fields; replaced before anything is stored or shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from atalaia.redaction import MARK

SAME = MARK
"""Stands for a secret that is known, or that nothing is known about."""
OTHER = "[redacted, another one]"
"""Stands for a secret that is not among those that are known."""

_SECRET = re.compile(
    r"(?!hash_)(.*[_\-]|)(key|key_alt|passw(or)?d|secret|secret_key|token|api-?_?key|authorization|cookie"
    r"|credentials?)",
    re.IGNORECASE,
)
_HEADER = re.compile(r"([A-Za-z0-9\-_]+):(.+)", re.DOTALL)
"""A header as the transformers' lists have it."""


def masked(document: Any, known: Collection[str] = ()) -> Any:
    """A copy of nested lists and dictionaries in which every secret is replaced.

    With `known`, a secret that is not among them becomes `OTHER`; else every one becomes `SAME`.
    """
    return _mapped(document, lambda secret: SAME if not known or secret in known else OTHER)


def secrets_of(document: Any) -> frozenset[str]:
    """The secrets of a document, as `masked` finds them."""
    found: set[str] = set()

    def note(secret: str) -> str:
        found.add(secret)
        return SAME

    _mapped(document, note)
    return frozenset(found)


def is_secret(name: str) -> bool:
    """Whether a text under this name is secret: `redis_password`, `secret`, `Authorization`."""
    return _SECRET.fullmatch(name) is not None


def _mapped(value: Any, replace: Callable[[str], str], name: str = "") -> Any:
    if isinstance(value, dict):
        return dict(_entries(value, replace))
    if isinstance(value, list | tuple):
        return [_mapped(item, replace, name) for item in value]
    if not isinstance(value, str) or not value:
        return value
    if is_secret(name):
        return replace(value)
    header = _HEADER.fullmatch(value)
    if header and is_secret(header[1]):
        return f"{header[1]}:{replace(header[2])}"
    return value


def _entries(value: dict[Any, Any], replace: Callable[[str], str]) -> Iterator[tuple[Any, Any]]:
    for key, item in value.items():
        yield key, _mapped(item, replace, str(key))
