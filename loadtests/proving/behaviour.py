"""How the bundled target answers: well, or with one flaw. Shares are exact, not left to chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

_STRIDE = 37
"""Coprime to 100: it spreads a share over each hundred requests."""
_GOLDEN = (math.sqrt(5) - 1) / 2
"""Multiples of it, without their whole part, lie evenly between 0 and 1, however many there are."""


@dataclass(frozen=True)
class Answer:
    """What one request gets."""

    status: int | None
    """None: the connection is dropped instead."""
    delay: float
    """Seconds."""


@dataclass(frozen=True)
class Behaviour:
    """What is wrong with the target; nothing, where nothing is said."""

    delay: float = 0.005
    """Seconds that every answer takes …"""
    spread: float = 0.0
    """… and up to so many more, evenly spread over the answers."""
    frozen: float = 0.0
    """Seconds for which the process does nothing at all …"""
    every: float = 10.0
    """… each so many seconds …"""
    first: float = 4.0
    """… for the first time so long after the first request."""
    late: float = 0.0
    """Share of the answers that take `by` longer."""
    by: float = 0.205
    """Seconds."""
    failing: float = 0.0
    """Share of the answers that are 500."""
    refusing: bool = False
    """Whether every answer is a quick 503."""
    dropped: float = 0.0
    """Share of the connections that end instead of an answer."""

    def answer(self, number: int) -> Answer:
        """What the request of this number gets, the first being 0."""
        if self.refusing:
            return Answer(503, 0.0)
        place = number * _STRIDE % 100
        delay = self.delay + self.spread * (number * _GOLDEN % 1)
        if place < _hundredths(self.dropped):
            return Answer(None, delay)
        if place < _hundredths(self.failing):
            return Answer(500, delay)
        if place < _hundredths(self.late):
            return Answer(200, delay + self.by)
        return Answer(200, delay)


def _hundredths(share: float) -> int:
    return math.ceil(share * 100 - 1e-9)
