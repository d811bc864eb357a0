"""What a worker of Kong brings along when plugins run: version, counters, names that it makes up."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from os import urandom

from atalaia.systems.kong.plugins.counters import Counters, LocalCounters
from atalaia.systems.kong.versions import V3_4, V3_5, Version


def random_uuid() -> str:
    """A UUID of version 4; the standard library's own takes three times as long."""
    digits = urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


class Worker:
    """One worker; it outlives a change of the configuration."""

    def __init__(
        self,
        version: Version = V3_4,
        counters: Counters | None = None,
        uuid: Callable[[], str] = random_uuid,
    ) -> None:
        self.version = version
        self.counters: Counters = LocalCounters() if counters is None else counters
        self.uuid = uuid
        self._id = uuid()
        self._numbers = count(1)

    def request_id(self) -> str | None:
        """A name for a request, as nginx makes them: 32 hexadecimal digits; None before 3.5."""
        return self.uuid().replace("-", "") if self.version >= V3_5 else None

    def counted_id(self) -> str:
        """`uuid#counter`: this worker's own uuid and a number that grows."""
        return f"{self._id}#{next(self._numbers)}"
