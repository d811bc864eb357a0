"""Counting results: what a probe's counters and its histogram hold."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace

EDGES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Upper ends of the histogram's buckets, in seconds. 0.2 is the objective of the stacks that are shipped."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What of a probe's run is counted."""

    attempts: int
    success: bool
    first_try: bool
    duration: float
    """Seconds, of the attempt that counts."""
    of_stack: bool = True
    """Whether it says something about the stack: a limiter that others used up, or a stall of ours, does
    not."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Everything that was counted of one probe. None of it ever decreases, but for `failing`."""

    runs: int = 0
    """Those that say something about the stack, as everything below but `attempts`."""
    attempts: int = 0
    """More than runs, where a failure was tried again, or nothing could be measured."""
    successes: int = 0
    first_try: int = 0
    seconds: float = 0.0
    buckets: tuple[int, ...] = (0,) * (len(EDGES) + 1)
    """Runs by duration, each in one bucket; the last one is beyond all edges."""
    failing: int = 0
    """Runs that failed at last, one after the other, since the last success."""

    def plus(self, outcome: Outcome) -> Totals:
        """With one more. Of one that says nothing about the stack only the attempts count: as a failure it
        would use up an objective's budget for what nobody has measured."""
        if not (outcome.success or outcome.of_stack):
            return replace(self, attempts=self.attempts + outcome.attempts)
        at = bisect_left(EDGES, outcome.duration)
        return Totals(
            runs=self.runs + 1,
            attempts=self.attempts + outcome.attempts,
            successes=self.successes + outcome.success,
            first_try=self.first_try + outcome.first_try,
            seconds=self.seconds + outcome.duration,
            buckets=(*self.buckets[:at], self.buckets[at] + 1, *self.buckets[at + 1 :]),
            failing=0 if outcome.success else self.failing + 1,
        )

    def minus(self, other: Totals) -> Totals:
        """What was counted before the other, which is part of it."""
        pairs = zip(self.buckets, other.buckets, strict=True)
        return Totals(
            runs=self.runs - other.runs,
            attempts=self.attempts - other.attempts,
            successes=self.successes - other.successes,
            first_try=self.first_try - other.first_try,
            seconds=max(self.seconds - other.seconds, 0.0),
            buckets=tuple(mine - theirs for mine, theirs in pairs),
        )


@dataclass(frozen=True)
class Counters:
    """The totals of what a run probed."""

    since: float
    """Unix time from which on was counted: the state file's first moment."""
    of: Mapping[str, Totals]
    """By the probe's name."""
