"""What a load takes of limiters, and how many keys (addresses, tenants) it must be spread over to fit.

Three things make one key's count more than its mean: arrivals at random, a mix at random, and workers that
take turns at the same keys, each for itself. The first two are bounded by five standard deviations, the last
by one arrival a worker; or, where that is less, all three by the tail of a Poisson distribution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from loadtests.plan import Stage
from loadtests.scenario.stages import most_within, peak

WORKERS = 8
"""So many may share a load and still fit: how many there will be is not known when it is planned."""
_SIGMAS = 5.0
_RARELY = math.log(1e-9)
"""Logarithm of the chance at which one key's count is let beyond its budget in a window."""
_MOST = 1 << 40


@dataclass(frozen=True)
class Demand:
    """What a load takes of one bucket of one limiter, all its keys together."""

    bucket: str
    limit: int
    window: float
    """Seconds."""
    allowed: int
    """Requests of one key within the window that the load may take: the safety's share of the limit."""
    arrivals: float
    """The most that count at the same time."""
    mean: float
    """Requests that an arrival sends to the bucket, on average over the mix …"""
    variance: float
    """… and how much that varies from arrival to arrival."""
    most: int
    """Requests to the bucket of the costliest arrival."""
    uneven: int
    """Arrivals that one key may have beyond another."""

    @property
    def requests(self) -> int:
        """Requests that count at the same time, all keys together."""
        return math.ceil(self.arrivals * self.mean - 1e-6)

    def fits(self, keys: int, part: float = 1.0) -> bool:
        """Whether no one of so many keys, which take turns, takes more than is allowed of this part of the
        load."""
        each = self.arrivals * part / keys
        uneven = self.uneven * self.most if keys > 1 else 0
        likely = each * self.mean + _SIGMAS * math.sqrt(each * self.variance) + uneven
        return likely <= self.allowed + 1e-9 or (keys > 1 and self._rarely(each * self.mean))

    def needed(self) -> int | None:
        """The least number of keys among which it fits; None where none is enough."""
        if self.fits(1):
            return 1
        high = 2
        while not self.fits(high):
            high *= 2
            if high > _MOST:
                return None
        low = high // 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.fits(middle) else (middle, high)
        return high

    def part(self, keys: int) -> float:
        """The part of the load, 0..1, that fits among so many keys."""
        low, high = 0.0, 1.0
        if self.fits(keys, high):
            return high
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if self.fits(keys, middle) else (low, middle)
        return low

    def _rarely(self, mean: float) -> bool:
        """Whether more arrivals than the budget has room for are as rare as they must be: Chernoff's bound of
        a Poisson distribution, P(X ≥ n) ≤ e^(n - m) (m / n)^n for n > m."""
        beyond = self.allowed // self.most + 1
        return self.allowed >= self.most and (
            mean == 0 or (beyond > mean and beyond - mean + beyond * math.log(mean / beyond) <= _RARELY)
        )


def counted(stages: Sequence[Stage], window: float, remembered: float, *, at_random: bool) -> float:
    """The most arrivals that a limiter counts at the same time.

    Within `remembered` seconds every one weighs; but a limiter that remembers for longer than its window
    (HAProxy: the current period, and of the one before the part that is left) weighs them so that an even
    rate counts as the window's worth, so more than the window at the highest rate is never counted. Workers
    may divide keys among themselves, so of each worker's share of them chance may want more.
    """
    arrivals = min(peak(stages) * window, most_within(stages, remembered))
    return arrivals + (_SIGMAS * math.sqrt(arrivals * WORKERS) if at_random else 0.0)
