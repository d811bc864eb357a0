"""The pacer: begins each arrival at its moment, and never moves a moment that it has missed."""

from __future__ import annotations

from time import monotonic

import gevent

from loadtests.generator.arrivals import Schedule, Share, arrivals
from loadtests.generator.sending import Sender
from loadtests.plan import LoadPlan

GRACE = 1.0
"""Seconds after the load's end in which a late pacer still sends; what is left then is dropped."""
_SLICE = 0.1
"""Seconds that it sleeps at most: an end that is asked for is heard as soon."""
_AT_ONCE = 0.001
"""Seconds for which it sends what is overdue before answers are read again."""


class TooFast(ValueError):
    """The plan asks for more than the environment allows."""


def permitted(plan: LoadPlan) -> None:
    """Raises TooFast where the plan's rate is more than its environment allows."""
    fastest = max(max(stage.rate, stage.until) for stage in plan.stages)
    if fastest > plan.max_rate * (1 + 1e-9):
        raise TooFast(f"{fastest:g} arrivals a second, and the environment allows {plan.max_rate:g}")


class Allowance:
    """What a worker may begin by the environment's rate: a second's worth, filled up as time goes by."""

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._most = max(rate, 1.0)
        self._left = self._most
        self._at = now

    def wait(self, now: float) -> float:
        """Seconds until the next arrival may be begun; 0: it may, and is counted."""
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1 - 1e-9:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate


class Pacer:
    """One worker's arrivals, each at its time."""

    def __init__(self, plan: LoadPlan, share: Share, sender: Sender) -> None:
        self._plan = plan
        self._share = share
        self._sender = sender
        self.schedule = Schedule(plan.stages)
        self.ended_at: float | None = None
        """When it was asked to end before its time, on the monotonic clock."""

    def end(self) -> None:
        """Begin nothing more."""
        if self.ended_at is None:
            self.ended_at = monotonic()

    def run(self) -> None:
        """Send the whole load; back at its end, with the last requests still unanswered."""
        sender, begin = self._sender, self._sender.begin
        until = begin + self._plan.lasts + GRACE
        allowance = Allowance(self._plan.max_rate / self._share.of, monotonic())
        rested = monotonic()
        coming = arrivals(self._plan, self._share)
        for arrival in coming:
            intended = begin + arrival.at
            while True:
                now = monotonic()
                if self.ended_at is not None or now > until:
                    break
                pause = allowance.wait(now) if now >= intended else intended - now
                if not pause:
                    break
                gevent.sleep(min(pause, _SLICE))
                rested = monotonic()
            if self.ended_at is not None or now > until:
                last = begin + self._plan.lasts if self.ended_at is None else self.ended_at
                while begin + arrival.at <= last:
                    sender.skip(arrival)
                    if (following := next(coming, None)) is None:
                        break
                    arrival = following
                break
            sender.arrive(arrival, now)
            if now - rested > _AT_ONCE:
                gevent.sleep(0)
                rested = monotonic()
        while self.ended_at is None and (left := begin + self._plan.lasts - monotonic()) > 0:
            gevent.sleep(min(left, _SLICE))
