"""Answers to instant queries: `GET /api/v1/query`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.envelope import data

Vector = Mapping[tuple[tuple[str, str], ...], float]
"""Sorted labels, without the name → value."""


def read_vector(body: bytes) -> Vector | Unreadable:
    """The series of an answer; none where nothing matches. A value may be NaN or infinite."""
    found = data(body)
    if isinstance(found, Unreadable):
        return found
    result = found.get("result") if isinstance(found, dict) else None
    if not isinstance(result, list):
        return Unreadable("an answer without a result")
    kind = found.get("resultType")
    try:
        if kind == "scalar":
            return {(): float(result[1])}
        if kind == "vector":
            return {_labels(each["metric"]): float(each["value"][1]) for each in result}
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return Unreadable("a result that is none of Prometheus'")
    return Unreadable(f"a {kind} instead of values of now")


def read_value(body: bytes) -> float | Unreadable | None:
    """The only value of an answer; None where nothing matches."""
    found = read_vector(body)
    if isinstance(found, Unreadable):
        return found
    if len(found) > 1:
        return Unreadable(f"{len(found)} series instead of one value")
    return next(iter(found.values()), None)


def _labels(given: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in given.items() if name != "__name__"))
