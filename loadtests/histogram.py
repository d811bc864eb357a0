"""Times as a histogram that merges exactly: sparse, log-linear, relative error at most 0.4 %.

Own code, because it is counted twice or thrice a request: benchmarks/load_histogram.py puts it beside
HdrHistogram and DDSketch. A merge is an addition of counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

_BITS = 7
_STEPS = 1 << _BITS
RELATIVE_ERROR = 1 / (2 * _STEPS)
"""A value is told as the middle of its bucket: at most this part away from what it was."""
LEAST = 1e-6
"""Seconds; what is shorter counts as this long."""
_NEVER = 1 << 30
"""The bucket of what never ended well: slower than any limit."""


class Histogram:
    """Counts of times, in seconds. What failed or timed out counts as slower than any limit (`never`)."""

    __slots__ = ("_counts",)

    def __init__(self, counts: Mapping[int, int] | None = None) -> None:
        self._counts: dict[int, int] = dict(counts or {})

    def record(self, seconds: float) -> None:
        """Count one time."""
        mantissa, exponent = math.frexp(seconds if seconds > LEAST else LEAST)
        index = exponent * _STEPS + int((mantissa * 2 - 1) * _STEPS)
        counts = self._counts
        counts[index] = counts.get(index, 0) + 1

    def record_never(self) -> None:
        """Count one that failed or timed out: slower than any limit."""
        self._counts[_NEVER] = self._counts.get(_NEVER, 0) + 1

    @property
    def count(self) -> int:
        """How many were counted, those that never ended well among them."""
        return sum(self._counts.values())

    @property
    def never(self) -> int:
        """How many never ended well."""
        return self._counts.get(_NEVER, 0)

    def quantile(self, share: float) -> float | None:
        """The least time that the share (0..1) of all does not exceed, nearest rank; `inf` where that is one
        that never ended well; None where nothing was counted, so that no data can pass no threshold."""
        total = self.count
        if not total:
            return None
        rank, seen = max(math.ceil(share * total - 1e-9), 1), 0
        for index in sorted(self._counts):
            seen += self._counts[index]
            if seen >= rank:
                return math.inf if index == _NEVER else _middle(index)
        raise AssertionError("a rank beyond the count")

    def mean(self) -> float | None:
        """The mean of those that ended well, in seconds, by the middles of buckets; None without any."""
        ended = self.count - self.never
        total = sum(seconds * count for seconds, count in self.times())
        return total / ended if ended else None

    def above(self, limit: float) -> int:
        """How many took longer than the limit, in seconds; a bucket counts by its middle."""
        return sum(
            count for index, count in self._counts.items() if index == _NEVER or _middle(index) > limit
        )

    def times(self) -> Iterator[tuple[float, int]]:
        """The times of those that ended well, in seconds by the middles of buckets, and how many each."""
        return ((_middle(index), count) for index, count in self._counts.items() if index != _NEVER)

    def forget_never(self, most: int) -> None:
        """Take off those that never ended well, at most so many."""
        left = max(self.never - most, 0)
        self._counts.pop(_NEVER, None)
        if left:
            self._counts[_NEVER] = left

    def merge(self, other: Histogram) -> None:
        """Add what another has counted; exact."""
        for index, count in other._counts.items():
            self._counts[index] = self._counts.get(index, 0) + count

    def encode(self) -> list[list[int]]:
        """As JSON: pairs of bucket and count, in order."""
        return [[index, self._counts[index]] for index in sorted(self._counts)]

    @classmethod
    def decode(cls, pairs: Iterable[Iterable[int]]) -> Histogram:
        """The inverse of `encode`. Raises ValueError where the pairs are none."""
        counts: dict[int, int] = {}
        try:
            for index, count in pairs:
                if not isinstance(index, int) or not isinstance(count, int) or count < 0:
                    raise ValueError("not pairs of bucket and count")
                counts[index] = counts.get(index, 0) + count
        except TypeError:
            raise ValueError("not pairs of bucket and count") from None
        return cls(counts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Histogram) and self._counts == other._counts

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"Histogram({self.count} counted)"


def _middle(index: int) -> float:
    exponent, step = divmod(index, _STEPS)
    return math.ldexp((1 + (step + 0.5) / _STEPS) / 2, exponent)
