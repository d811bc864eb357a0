"""What a worker of Kong brings along when plugins run: version, counters, names that it makes up."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from uuid import uuid4

from atalaia.systems.kong.plugins.counters import Counters, LocalCounters
from atalaia.systems.kong.versions import V3_4, Version


def _uuid() -> str:
    return str(uuid4())


class Worker:
    """One worker; it outlives a change of the configuration."""

    def __init__(
        self,
        version: Version = V3_4,
        counters: Counters | None = None,
        uuid: Callable[[], str] = _uuid,
    ) -> None:
        self.version = version
        self.counters: Counters = LocalCounters() if counters is None else counters
        self.uuid = uuid
        self._id = uuid()
        self._numbers = count(1)

    def counted_id(self) -> str:
        """`uuid#counter`: this worker's own uuid and a number that grows."""
        return f"{self._id}#{next(self._numbers)}"
