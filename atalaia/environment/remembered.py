"""Remember what was made of an environment: with a thousand routes, each question would walk them all."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from atalaia.environment.model import Environment

Made = TypeVar("Made")


class _Same:
    """An environment by its identity: its values are many, and it never changes."""

    __slots__ = ("environment",)

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def __hash__(self) -> int:
        return id(self.environment)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.environment is self.environment


def per_environment(make: Callable[[Environment], Made]) -> Callable[[Environment], Made]:
    """The same, made once for each of the last few environments; what it gives must not be changed."""

    @lru_cache(maxsize=4)
    def made(same: _Same) -> Made:
        return make(same.environment)

    @wraps(make)
    def remembered(environment: Environment) -> Made:
        return made(_Same(environment))

    return remembered
