"""Remember what was made of an environment: with a thousand routes, each question would walk them all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from atalaia.environment.model import Environment

Of = TypeVar("Of")
Made = TypeVar("Made")

_MOST = 4


def by_identity(make: Callable[[Of], Made]) -> Callable[[Of], Made]:
    """The same, made once for each of the last few objects; what it gives must not be changed.

    An object is known by its identity: its values are many, and it never changes.
    """
    # It is kept with what was made of it: as long as it is there, no other has its id.
    kept: dict[int, tuple[Of, Made]] = {}

    @wraps(make)
    def remembered(of: Of) -> Made:
        found = kept.get(id(of))
        if found is not None:
            return found[1]
        made = make(of)
        if len(kept) >= _MOST:
            del kept[next(iter(kept))]
        kept[id(of)] = of, made
        return made

    return remembered


def per_environment(make: Callable[[Environment], Made]) -> Callable[[Environment], Made]:
    """The same, made once for each of the last few environments."""
    return by_identity(make)
