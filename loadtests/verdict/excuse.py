"""What the generator itself may have spoiled: the measurement, told in the stack's favour."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from loadtests.histogram import Histogram
from loadtests.measured import Series

LOOP_TURNS = 3
"""A request passes the generator's event loop about so many times (it is begun, its answer arrives, its
answer's end arrives), and waits there each time as arrivals do: so the lag of arrivals, which is measured,
tells what the generator added to anything."""
_ANSWER_TURNS = LOOP_TURNS - 1
"""Those that are part of a service time."""


@dataclass(frozen=True, slots=True)
class Excuse:
    """A failure that holds with this taken off is beyond doubt: the generator cannot be its cause."""

    requests: int = 0
    """So many may have failed, or be missing, through the generator's fault."""
    lag: Histogram = field(default_factory=Histogram)
    """Empty where it is too little to matter."""

    def slow(self, series: Series, limit: float) -> int:
        """Requests that the stack itself took longer for than `limit` seconds, or answered badly.

        Service times have no lag of the beginning in them. What the loop may have added when the answer came
        is estimated by those that were in time: as often as the lag, had it come upon them, would have taken
        them beyond the limit, it may have taken others.
        """
        slow = series.service.above(limit) + series.intended - series.good - self.requests
        moved = 0.0
        for seconds, count in series.service.times():
            if seconds <= limit:
                chance = self._chance(limit - seconds)
                if chance >= 1:
                    return 0
                moved += count * chance / (1 - chance)
        return max(slow - math.ceil(moved), 0)

    def _chance(self, gap: float) -> float:
        """Of the loop adding at least so much to an answer: in one of its turns at least that part of it."""
        if not self.lag.count:
            return 0.0
        return _ANSWER_TURNS * self.lag.above(gap / _ANSWER_TURNS) / self.lag.count


NONE = Excuse()
