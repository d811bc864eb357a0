"""Whose turn it is, by an own schedule: each probe at its own moment of its interval, for ever."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable

from probes.due import offset
from probes.model import Planned


class Turns:
    """Every probe's next moment.

    The moment within the interval depends on the probe's name alone: targets are spread, a restart moves none
    and asks no limiter more often. Moments are multiples of the interval, so that nothing drifts; a clock
    that is set back does not matter, since they are kept by the monotonic one. A moment that was missed is
    left out, so that nothing piles up.
    """

    def __init__(self, planned: Iterable[Planned], *, wall: float, monotonic: float) -> None:
        """`wall` is Unix time, `monotonic` the same moment by the clock that `take` is asked with."""
        self._shift = monotonic - wall
        self._planned = tuple(planned)
        self._queue: list[tuple[float, int]] = []
        for index in range(len(self._planned)):
            self._queue.append((self._after(index, wall - 1e-9), index))
        heapq.heapify(self._queue)

    @property
    def next(self) -> float:
        """When the next one comes; infinity where there is none."""
        return self._queue[0][0] + self._shift if self._queue else math.inf

    def take(self, now: float) -> list[tuple[Planned, float]]:
        """Everything whose moment has come, with that moment."""
        wall = now - self._shift
        taken = []
        while self._queue and self._queue[0][0] <= wall:
            moment, index = self._queue[0]
            heapq.heapreplace(self._queue, (self._after(index, wall), index))
            taken.append((self._planned[index], moment + self._shift))
        return taken

    def _after(self, index: int, wall: float) -> float:
        """The probe's first moment after this one."""
        planned = self._planned[index]
        interval = planned.interval.total_seconds()
        first = offset(planned.name, interval)
        return first + interval * (math.floor((wall - first) / interval) + 1)
