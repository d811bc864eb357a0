"""The one who conducts: begins all workers, watches them, and waits for their last word."""

from __future__ import annotations

import time
from collections.abc import Callable
from time import monotonic
from typing import Any

import gevent

from loadtests.generator.gathering import Gathering
from loadtests.measured import Live, Measured
from loadtests.plan import LoadPlan

SILENCE = 10.0
"""Seconds without a word after which a worker is lost."""
GATHERING = 60.0
"""Seconds that workers of this machine have to be there …"""
GATHERING_REMOTE = 300.0
"""… and those of others, which somebody starts."""
_LEAD = 0.5
"""Seconds between the word to begin and the beginning."""
_LATE = 0.35
"""Seconds after a whole second at which it is told: by then all workers' reports are here."""
_ENDING = 1.3
"""Seconds for the workers' last word, where the load was ended before its time."""
_STEP = 0.02

Send = Callable[[str, str, dict[str, Any]], None]
"""(worker, kind, what)."""


class Conductor:
    """One load test, from the workers' arrival to what was measured."""

    def __init__(
        self,
        plan: LoadPlan,
        expected: int,
        *,
        send: Send,
        alive: Callable[[str], bool],
        spawn: Callable[[int], None],
        tell: Callable[[Live], None],
        hopeless: Callable[[], str],
        patience: float = GATHERING,
    ) -> None:
        self._plan = plan
        self._expected = expected
        self._send = send
        self._alive = alive
        self._spawn = spawn
        """Has Locust start a user in each worker."""
        self._tell = tell
        self._hopeless = hopeless
        """Why the workers will never be complete, or nothing."""
        self._patience = patience
        self._gathering = Gathering(plan, expected)
        self._refused = ""
        self._stopped = ""
        self._stopped_at = 0.0

    def stop(self, why: str) -> None:
        """End the load before its time."""
        if not self._stopped:
            self._stopped = why
            self._stopped_at = monotonic()

    def heard(self, worker: str, kind: str, data: dict[str, Any]) -> None:
        """A worker's message."""
        now, known = monotonic(), worker in self._gathering.hands
        if kind == "hello":
            self._greet(worker, data)
        elif kind == "report" and known:
            self._gathering.report(worker, data, now)
        elif kind == "final" and known:
            self._gathering.final(worker, data, now)
            if data["early"] and not self._stopped:
                name = self._gathering.hands[worker].name
                self._gathering.problem = self._gathering.problem or f"{name} was ended before its time"
                self.stop("interrupted")

    def _greet(self, worker: str, data: dict[str, Any]) -> None:
        if data["problem"]:
            self._refused = self._refused or f"{data['name']}: {data['problem']}"
        elif (theirs := data["digest"]) != (ours := self._plan.digest):
            self._refused = self._refused or (
                f"{data['name']} has another plan: digest {theirs[:12]}, here {ours[:12]}"
            )
        elif worker not in self._gathering.hands and len(self._gathering.hands) < self._expected:
            self._gathering.greet(worker, data["name"], monotonic())

    def conduct(self) -> Measured:
        """The whole load test; returns what was measured, whatever happened."""
        if not self._assemble():
            return self._nothing()
        self._spawn(self._expected)
        begin = monotonic() + _LEAD
        began = time.time() + _LEAD
        for index, worker in enumerate(self._gathering.hands):
            self._send(
                worker,
                "begin",
                {"index": index, "of": self._expected, "at": begin, "in": begin - monotonic()},
            )
        self._watch(begin)
        first = next((stage for stage in self._plan.stages if stage.measured), self._plan.stages[0])
        last = [stage for stage in self._plan.stages if stage.measured] or self._plan.stages
        ended = max(stage.begins + stage.lasts for stage in last)
        if self._stopped:
            ended = min(ended, max(self._stopped_at - begin, 0.0))
        return self._gathering.measured(began + min(first.begins, ended), began + ended, self._stopped)

    def _assemble(self) -> bool:
        """Wait for all workers; False where the load cannot begin."""
        until = monotonic() + self._patience
        gathering = self._gathering
        while len(gathering.hands) < self._expected:
            if self._refused:
                gathering.problem = self._refused
                return False
            if self._stopped:
                return False
            if why := self._hopeless():
                gathering.problem = why
                return False
            if monotonic() > until:
                there = f"{len(gathering.hands)} of {self._expected} workers"
                gathering.problem = f"{there} were there after {self._patience:.0f} s"
                return False
            gevent.sleep(_STEP)
        return not self._stopped

    def _nothing(self) -> Measured:
        now = time.time()
        return self._gathering.measured(now, now, self._stopped)

    def _watch(self, begin: float) -> None:
        gathering, told, ended = self._gathering, 0, False
        steps = max(len(entry.requests) for entry in self._plan.entries)
        latest = begin + self._plan.lasts + self._plan.timeout * steps + SILENCE
        while any(hand.final is None and not hand.lost for hand in gathering.hands.values()):
            gevent.sleep(_STEP)
            now = monotonic()
            if self._stopped and not ended:
                ended = True
                for worker in gathering.hands:
                    self._send(worker, "end", {"why": self._stopped})
            if now >= begin + told + 1 + _LATE:
                told = int(now - begin - _LATE)
                self._tell(gathering.live(float(told)))
            over = now > latest or (ended and now > self._stopped_at + _ENDING)
            for worker, hand in gathering.hands.items():
                silent = now - max(hand.heard, begin) > SILENCE
                if hand.final is None and (silent or over or not self._alive(worker)):
                    hand.lost = True
        self._tell(gathering.live(round(min(monotonic() - begin, self._plan.lasts), 3)))
