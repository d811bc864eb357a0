"""Tables and JSON-like data as types of the environment file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator

from atalaia.environment.frozen import FrozenDict, frozen

K = TypeVar("K")
V = TypeVar("V")


def _table(value: Mapping[Any, Any]) -> FrozenDict[Any, Any]:
    """A function, whose parameters are quickly looked up; those of a class that is a `dict` are not."""
    return FrozenDict(value)


Table = Annotated[Mapping[K, V], AfterValidator(_table)]
"""`Table[Name, Service]`: name → thing, in the order of the file, frozen."""

Json = Annotated[Any, AfterValidator(frozen)]
"""JSON-like data, frozen to its last leaf."""
