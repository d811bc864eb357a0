"""Remember what was made of an environment: with a thousand routes, each question would walk them all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from atalaia.environment.model import Environment

Made = TypeVar("Made")

_MOST = 4


def per_environment(make: Callable[[Environment], Made]) -> Callable[[Environment], Made]:
    """The same, made once for each of the last few environments; what it gives must not be changed.

    An environment is known by its identity: its values are many, and it never changes.
    """
    # It is kept with what was made of it: as long as it is there, no other has its id.
    kept: dict[int, tuple[Environment, Made]] = {}

    @wraps(make)
    def remembered(environment: Environment) -> Made:
        found = kept.get(id(environment))
        if found is not None:
            return found[1]
        made = make(environment)
        if len(kept) >= _MOST:
            del kept[next(iter(kept))]
        kept[id(environment)] = environment, made
        return made

    return remembered
