"""Counters of the `local` policy: in one node's memory, each node its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from atalaia.systems.kong.plugins.turn import Increment

_TIDIED_AT = 4096


class Counters(Protocol):
    """Where `local` counts are kept; they outlive a change of the configuration."""

    def count(self, key: str, now: float) -> int:
        """How often a key was counted; 0 once it has expired."""

    def add(self, increments: Sequence[Increment], now: float) -> None:
        """Count each key once more."""


class LocalCounters:
    """Kong's shared dictionary `kong_rate_limiting_counters`."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, float]] = {}
        self._tidy_at = _TIDIED_AT

    def count(self, key: str, now: float) -> int:
        """How often a key was counted; 0 once it has expired."""
        found = self._counts.get(key)
        return found[0] if found is not None and now < found[1] else 0

    def add(self, increments: Sequence[Increment], now: float) -> None:
        """Count each key once more; the first time decides when it expires."""
        for increment in increments:
            found = self._counts.get(increment.key)
            if found is None or now >= found[1]:
                self._counts[increment.key] = 1, now + increment.expires
            else:
                self._counts[increment.key] = found[0] + 1, found[1]
        if len(self._counts) > self._tidy_at:
            self._counts = {key: found for key, found in self._counts.items() if now < found[1]}
            self._tidy_at = max(_TIDIED_AT, 2 * len(self._counts))
