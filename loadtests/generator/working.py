"""A worker: its share of the load from the word to begin to the last answer, told once a second."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from time import monotonic
from typing import Any

import gevent
from gevent.event import Event
from locust.stats import RequestStats

from loadtests.generator.allowance import permitted
from loadtests.generator.arrivals import Share
from loadtests.generator.asking import ready
from loadtests.generator.native import Native
from loadtests.generator.pacing import Pacer
from loadtests.generator.pools import Pools
from loadtests.generator.sending import Sender
from loadtests.measured import CUT_OFF
from loadtests.plan import LoadPlan

Tell = Callable[[str, dict[str, Any]], None]
"""(kind, what): a message to whoever gathers."""
_SWEEP = 0.05
"""Seconds between two looks for what has had no answer in time."""
_SHORT = 0.6
"""Seconds that answers are waited for where the load was ended before its time."""


class Worker:
    """What a process that sends does; `pace` runs in Locust's user, all else beside it."""

    def __init__(self, plan: LoadPlan, tell: Tell, stats: Callable[[], RequestStats]) -> None:
        """Raises ValueError, Unusable where the plan cannot be carried out from here."""
        permitted(plan)
        self._plan = plan
        self._tell = tell
        self._stats = stats
        self._native = Native()
        self._courses = ready(plan)
        self._pools = Pools(plan)
        self._sender: Sender | None = None
        self._pacer: Pacer | None = None
        self._share: Share | None = None
        self._begun = Event()
        self._paced = Event()
        self._pacing = False
        self.finished = Event()
        """Set once everything is told."""
        self._why = ""

    def begin(self, share: Share, at: float) -> None:
        """Begin at a moment on the monotonic clock; once, whoever says so again."""
        if self._sender is not None:
            return
        self._sender = Sender(self._plan, share, self._courses, self._pools, self._native)
        self._sender.begin = at
        self._pacer = Pacer(self._plan, share, self._sender)
        self._share = share
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 50, 1000)
        for part in (self._run, self._report, self._sweep):
            gevent.spawn(part)
        self._begun.set()

    def pace(self) -> None:
        """Send the load; once, whoever asks again. Ended from outside, it ends the load."""
        self._begun.wait()
        if self._pacing:
            return
        self._pacing = True
        assert self._pacer is not None
        assert self._sender is not None
        try:
            self._pacer.run()
        except Exception as error:
            self._sender.defect(error)
        finally:
            if not self._over():
                self._pacer.end()
            self._paced.set()

    def end(self, why: str) -> None:
        """End before its time."""
        self._why = self._why or why
        if self._pacer is None or self._sender is None:
            self.finished.set()
            return
        self._pacer.end()
        self._sender.ended = True

    def _over(self) -> bool:
        assert self._sender is not None
        return monotonic() >= self._sender.begin + self._plan.lasts

    def _run(self) -> None:
        """Wait for the pacer, then for all that is unanswered, then tell everything."""
        sender, pacer = self._sender, self._pacer
        assert sender is not None
        assert pacer is not None
        processor, wall = self._measure()
        self._paced.wait()
        early = pacer.ended_at is not None
        until = monotonic() + _SHORT if early else float("inf")
        while sender.in_flight and monotonic() < until:
            gevent.sleep(0.01)
        sender.abandon(CUT_OFF)
        self._hand_over()
        self._pools.close()
        warm, measured = sender.report()
        self._tell_report(warm, measured)
        warm, measured = sender.total
        self._tell(
            "final",
            {
                "measured": measured.encode(),
                "warm_up": warm.intended,
                "processor": processor,
                "wall": wall,
                "problem": sender.problem,
                "early": early,
                "why": self._why,
            },
        )
        self.finished.set()

    def _measure(self) -> tuple[float, float]:
        """(processor time, time) of the measured stages, as far as they went."""
        sender, pacer = self._sender, self._pacer
        assert sender is not None
        assert pacer is not None
        processor = wall = 0.0
        for stage in self._plan.stages:
            began = self._wait(sender.begin + stage.begins)
            used = time.process_time()
            ended = self._wait(sender.begin + stage.begins + stage.lasts)
            if stage.measured:
                processor += time.process_time() - used
                wall += max(ended - began, 0.0)
        return processor, wall

    def _wait(self, until: float) -> float:
        assert self._pacer is not None
        while self._pacer.ended_at is None and (left := until - monotonic()) > 0:
            gevent.sleep(min(left, 0.1))
        return min(monotonic(), until) if self._pacer.ended_at is None else monotonic()

    def _report(self) -> None:
        sender = self._sender
        assert sender is not None
        second = 0
        while not self.finished.is_set():
            second += 1
            if (left := sender.begin + second - monotonic()) > 0:
                gevent.sleep(left)
            if not self.finished.is_set():
                self._hand_over()
                self._tell_report(*sender.report())

    def _tell_report(self, warm: Any, measured: Any) -> None:
        assert self._sender is not None
        self._tell(
            "report",
            {
                "at": monotonic() - self._sender.begin,
                "warm": warm.encode(),
                "measured": measured.encode(),
                "in_flight": len(self._sender.in_flight),
                "problem": self._sender.problem,
            },
        )

    def _hand_over(self) -> None:
        self._native.hand_over(self._stats())

    def _sweep(self) -> None:
        sender = self._sender
        assert sender is not None
        while not self.finished.is_set():
            gevent.sleep(_SWEEP)
            sender.sweep(monotonic())
