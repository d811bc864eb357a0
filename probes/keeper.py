"""The state file as a run uses it: beside the probes, and never in their way."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from atalaia.errors import DeliveryError
from probes.model import Planned, ProbeResult, Run
from probes.state import State, StateUnusable, state_file
from probes.totals import Counters
from probes.vantage import Vantage

_T = TypeVar("_T")


class Keeper:
    """Keeps results as they come, in a thread of its own: a disk that is slow delays no probe.

    A state file that cannot be used stops no run: `failure` says why, and what would be counted is not.
    """

    def __init__(self, vantage: Vantage, now: float) -> None:
        self.failure: DeliveryError | None = None
        self._vantage = vantage
        self._thread = ThreadPoolExecutor(1, "state")
        self._begun = self._between = False
        self._run = ""
        self._waiting: deque[ProbeResult] = deque()
        self._state: State | None = None
        self._noted = 0
        try:
            self._state = State(state_file(vantage.environment), now=now)
        except StateUnusable as unusable:
            self.failure = unusable

    @property
    def notes(self) -> list[str]:
        """What the user must be told and was not yet."""
        notes = self._state.notes if self._state else []
        new, self._noted = notes[self._noted :], len(notes)
        return new

    async def last(self, planned: Iterable[Planned]) -> Mapping[str, ProbeResult] | None:
        """The last results by name; None where they cannot be read."""
        every = tuple(planned)
        return await self._tried(lambda state: state.last(self._vantage, every))

    async def begin(self, run: str, started: float) -> None:
        """A run starts; what came since the last one was settled belongs to it."""

        def begin(state: State) -> bool:
            state.begin(run, self._vantage, started)
            return True

        self._begun = bool(await self._tried(begin))
        self._run, self._between = run, False
        if self._begun:
            self._thread.submit(self._flush, run, self._waiting)
        else:
            self._waiting.clear()

    def record(self, result: ProbeResult) -> None:
        """Keep a result, very soon."""
        if self._begun or self._between:
            self._waiting.append(result)
        if self._begun:
            self._thread.submit(self._flush, self._run, self._waiting)

    async def settle(self, run: Run) -> Counters | None:
        """Count the run; None where that cannot be done, and `failure` says why."""
        self.failure = None
        # What comes from here on is the next run's. Flushes under way have the old queue.
        self._begun, self._between, self._waiting = False, True, deque()
        if self._state is None:
            self._reopen(run.started)
        return await self._tried(lambda state: state.settle(run))

    async def delivered(self, run: Run, at: float) -> None:
        """The run was handed over."""
        await self._tried(lambda state: state.delivered(run.id, at))

    def close(self) -> None:
        """Write what is waiting, and close."""
        self._thread.shutdown()
        if self._state:
            self._state.close()

    def _flush(self, run: str, waiting: deque[ProbeResult]) -> None:
        assert self._state, "a run has begun"
        results = []
        while waiting:
            results.append(waiting.popleft())
        try:
            self._state.record(run, results)
        except StateUnusable:
            # Whether it can be counted is found out when the run is settled, which brings all results again.
            return

    def _reopen(self, now: float) -> None:
        try:
            self._state = State(state_file(self._vantage.environment), now=now)
        except StateUnusable as unusable:
            self.failure = unusable

    async def _tried(self, what: Callable[[State], _T]) -> _T | None:
        state = self._state
        if state is None:
            return None
        doing: Future[_T] = self._thread.submit(what, state)
        try:
            return await asyncio.wrap_future(doing)
        except StateUnusable as unusable:
            self.failure = unusable
            return None
