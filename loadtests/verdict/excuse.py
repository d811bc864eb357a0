"""What the generator itself may have spoiled: the measurement, told in the stack's favour."""

from __future__ import annotations

from dataclasses import dataclass, field

from loadtests.histogram import Histogram

LOOP_TURNS = 3
"""A request passes the generator's event loop about so many times (it is begun, its answer arrives, its
answer's end arrives), and waits there each time about as long as arrivals do: so the lag of arrivals, which
is measured, bounds what the generator added to anything."""
_FEW = 5
"""A percentile of the slow is the generator's only if a fifth of them at least was delayed by it."""


@dataclass(frozen=True, slots=True)
class Excuse:
    """A failure that holds with this taken off is beyond doubt: the generator cannot be its cause."""

    requests: int = 0
    """So many may have failed, or be missing, through the generator's fault."""
    lag: Histogram = field(default_factory=Histogram)

    def delay(self, share: float) -> float:
        """Seconds by which the generator may have moved a percentile of corrected times.

        To move the p95 it had to delay a good part of the slowest twentieth; where only one in a hundred
        arrivals waited so long in it, something else made the others slow.
        """
        return LOOP_TURNS * (self.lag.quantile(1 - (1 - share) / _FEW) or 0.0)


NONE = Excuse()
