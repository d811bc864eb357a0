"""What may not be shown of an entity, replaced before anything is stored or told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from atalaia.environment.gateway_secrecy import covered
from atalaia.environment.secrecy import Cover, Place
from atalaia.redaction import MARK

SAME = MARK
"""Stands for a secret that is known, or that nothing is known about."""
OTHER = "[redacted, another one]"
"""Stands for a secret that is not among those that are known."""


def masked(document: Any, known: Collection[str] = (), place: Place = ()) -> Any:
    """A copy of nested lists and dictionaries in which every text that may not be shown is replaced.

    With `known`, a secret that is not among them becomes `OTHER`; else every one becomes `SAME`. `place`:
    the names of the fields around the document, where it is a part of an entity.
    """

    def replaced(part: str, sure: bool) -> str:
        if part in (SAME, OTHER):
            return part
        return SAME if not known or part in known else OTHER

    return _mapped(document, place, replaced)


def secrets_of(document: Any) -> frozenset[str]:
    """The secrets of a document, as `masked` finds them."""
    found: set[str] = set()

    def note(secret: str, sure: bool) -> str:
        found.add(secret)
        return SAME

    _mapped(document, (), note)
    return frozenset(found)


def _mapped(value: Any, place: Place, cover: Cover) -> Any:
    if isinstance(value, dict):
        return {key: _mapped(item, (*place, str(key)), cover) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, place, cover) for item in value]
    return covered(value, place, cover) if isinstance(value, str) else value
