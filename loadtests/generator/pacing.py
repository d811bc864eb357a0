"""The pacer: begins each arrival at its moment, and never moves a moment that it has missed."""

from __future__ import annotations

from time import monotonic

import gevent

from loadtests.generator.alarm import Alarm
from loadtests.generator.allowance import Allowance
from loadtests.generator.arrivals import Schedule, Share, arrivals
from loadtests.generator.sending import Sender
from loadtests.plan import LoadPlan

GRACE = 1.0
"""Seconds after the load's end in which a late pacer still sends; what is left then is dropped."""
_SLICE = 0.1
"""Seconds that it sleeps at most: an end that is asked for is heard as soon."""
_AT_ONCE = 0.001
"""Seconds for which it sends what is overdue before answers are read again."""


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
        alarm = Alarm()
        try:
            self._run(alarm)
        finally:
            alarm.close()

    def _run(self, alarm: Alarm) -> None:
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
                alarm.wait(now + min(pause, _SLICE))
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
