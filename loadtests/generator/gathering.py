"""All workers' reports as one: seconds to watch, and what was measured in all. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from loadtests.generator.arrivals import Schedule
from loadtests.generator.recording import REASONS, Recorder, Tally
from loadtests.histogram import Histogram
from loadtests.measured import Live, Measured, Second, Series, Worker
from loadtests.plan import LoadPlan

LATELY = 10
"""Seconds that `Live.p95` and `Live.lag_p99` look back on …"""
JUST_NOW = 2
"""… and `Live.sent_rate`."""


@dataclass
class Hand:
    """A worker as it is known here."""

    name: str
    heard: float
    """When it was heard last; the gatherer's clock."""
    reported: Recorder = field(default_factory=Recorder)
    """The sum of its reports."""
    warm_up: int = 0
    in_flight: int = 0
    final: dict[str, Any] | None = None
    lost: bool = False


@dataclass
class _Lately:
    """One second's reports of all workers."""

    measured: bool
    sent: int = 0
    corrected: Histogram = field(default_factory=Histogram)
    lag: Histogram = field(default_factory=Histogram)


class Gathering:
    """What has come from the workers so far."""

    def __init__(self, plan: LoadPlan, expected: int) -> None:
        self._plan = plan
        self._schedule = Schedule(plan.stages)
        self._expected = expected
        self.hands: dict[str, Hand] = {}
        self._lately: deque[tuple[int, _Lately]] = deque()
        self._since = Histogram()
        """Corrected times that no line has told yet."""
        self.problem = ""

    def greet(self, worker: str, name: str, now: float) -> None:
        """A worker is there."""
        self.hands[worker] = Hand(name, now)

    def report(self, worker: str, data: dict[str, Any], now: float) -> None:
        """What a worker has counted since its last report."""
        hand = self.hands[worker]
        hand.heard = now
        warm, measured = Recorder.decode(data["warm"]), Recorder.decode(data["measured"])
        hand.reported.merge(measured)
        hand.warm_up += warm.intended
        hand.in_flight = data["in_flight"]
        self._trouble(hand, data["problem"])
        at = data["at"]
        is_measured = self._plan.stages[self._schedule.stage_at(at - 0.5)].measured
        lately = self._second(round(at), is_measured)
        lately.sent += warm.sent + measured.sent
        recorder = measured if is_measured else warm
        lately.lag.merge(recorder.lag)
        corrected = _corrected(measured)
        self._since.merge(corrected)
        lately.corrected.merge(corrected if is_measured else _corrected(warm))

    def final(self, worker: str, data: dict[str, Any], now: float) -> None:
        """All that a worker has counted: in place of its reports."""
        hand = self.hands[worker]
        hand.heard = now
        hand.final = data
        hand.lost = False
        hand.reported = Recorder.decode(data["measured"])
        hand.warm_up = data["warm_up"]
        hand.in_flight = 0
        self._trouble(hand, data["problem"])

    def _trouble(self, hand: Hand, problem: str) -> None:
        if problem and not self.problem:
            self.problem = f"{hand.name}: {problem}"

    def _second(self, second: int, measured: bool) -> _Lately:
        for known, lately in self._lately:
            if known == second:
                return lately
        lately = _Lately(measured)
        self._lately.append((second, lately))
        while len(self._lately) > LATELY:
            self._lately.popleft()
        return lately

    def live(self, at: float) -> Live:
        """The load's state, so many seconds after its beginning; tells what the line before has not."""
        since, self._since = self._since, Histogram()
        all_of = [hand.reported for hand in self.hands.values()]
        kind = self._lately[-1][1].measured if self._lately else True
        corrected, lag = Histogram(), Histogram()
        for _, lately in self._lately:
            if lately.measured is kind:
                corrected.merge(lately.corrected)
                lag.merge(lately.lag)
        last = [lately.sent for second, lately in self._lately if at - JUST_NOW < second <= at + 0.5]
        sent, good = sum(each.sent for each in all_of), sum(each.good for each in all_of)
        ended = sum(each.done + each.timed_out for each in all_of)
        return Live(
            at=round(at, 3),
            lasts=self._plan.lasts,
            stage=self._plan.stages[self._schedule.stage_at(at)].name,
            rate=round(self._schedule.rate_at(at), 3),
            sent_rate=sum(last) / len(last) if last else 0.0,
            intended=sum(each.intended for each in all_of),
            sent=sent,
            good=good,
            failed=ended - good,
            dropped=sum(each.dropped for each in all_of),
            in_flight=sum(hand.in_flight for hand in self.hands.values() if not hand.lost),
            p95=corrected.quantile(0.95),
            lag_p99=lag.quantile(0.99),
            workers=sum(not hand.lost for hand in self.hands.values()),
            corrected=since,
        )

    def measured(self, began: float, ended: float, interrupted: str) -> Measured:
        """What was measured in all; began and ended in Unix time."""
        whole = Recorder()
        for hand in self.hands.values():
            whole.merge(hand.reported)
        by_name: dict[str, Tally] = {}
        by_stage: dict[str, Tally] = {}
        for (stage, name), tally in sorted(whole.tallies.items()):
            by_name.setdefault(name, Tally()).merge(tally)
            by_stage.setdefault(self._plan.stages[stage].name, Tally()).merge(tally)
        return Measured(
            began=began,
            ended=ended,
            workers_expected=self._expected,
            workers=tuple(_worker(hand) for hand in self.hands.values()),
            series={name: _series(tally) for name, tally in by_name.items()},
            seconds={
                second: Second(intended=counts[0], sent=counts[1], good=counts[2], failed=counts[3])
                for second, counts in sorted(whole.seconds.items())
            },
            stages={name: _series(tally) for name, tally in by_stage.items()},
            interrupted=interrupted,
            generator=self.problem,
        )


def _corrected(recorder: Recorder) -> Histogram:
    whole = Histogram()
    for tally in recorder.tallies.values():
        whole.merge(tally.corrected)
    return whole


def _worker(hand: Hand) -> Worker:
    counts, final = hand.reported, hand.final or {}
    return Worker(
        name=hand.name,
        intended=counts.intended,
        sent=counts.sent,
        dropped=counts.dropped,
        unsent=counts.unsent,
        done=counts.done,
        timed_out=counts.timed_out,
        resent=counts.resent,
        warm_up=hand.warm_up,
        lag=counts.lag,
        processor=final.get("processor", 0.0),
        wall=final.get("wall", 0.0),
        lost=hand.lost,
    )


def _series(tally: Tally) -> Series:
    assert len(tally.failures) <= REASONS + 1
    return Series(
        intended=tally.intended,
        sent=tally.sent,
        good=tally.good,
        timed_out=tally.timed_out,
        failures=tally.failures,
        corrected=tally.corrected,
        service=tally.service,
    )
