"""The course of a measurement: what is sent when, and when it waits for a window to begin."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from statistics import median

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.kept import KeptClient
from atalaia.exchange.observable import HttpRequest
from atalaia.exchange.waiting import wait
from atalaia.systems.limiter.model import LimiterMeasurement, LimiterSeen
from atalaia.systems.limiter.told import told

_SHORT = 10.0
"""Seconds; of a shorter window Reset, in whole seconds, tells too little: the clock itself is looked at."""
_EACH = 0.004
"""Seconds that a request may take where none was measured yet."""
_SETTLED = 0.05
"""Seconds after a window's begin: clocks differ a little."""
_LOOKED = 8
"""After so many requests it is looked, again and again, at how long they take."""
_TRIES = 3
"""Short windows that are waited for."""
_FAILURES = 3
"""Requests without an answer after which no more are sent."""


class Course:
    """What has been sent so far."""

    def __init__(self, measurement: LimiterMeasurement, clients: list[KeptClient]) -> None:
        self._wanted = measurement
        self._clients = clients
        self._next: Iterator[HttpRequest] = cycle(measurement.requests)
        self._ends = time.monotonic() + 2 * measurement.window + 5
        self.steps: list[Exchange] = []
        self._waits = 0
        self.tried: list[Exchange] = []
        self.forged: list[Exchange] = []
        self.again: Exchange | None = None
        self.waited = 0.0

    def seen(self) -> LimiterSeen:
        """All of it."""
        return LimiterSeen(
            steps=tuple(self.steps),
            tried=tuple(self.tried),
            forged=tuple(self.forged),
            again=self.again,
            waited=self.waited,
            status=self._wanted.status,
        )

    async def until_it_denies(self) -> None:
        """Until it denies; then in others' names, once more as oneself, and once from every origin.

        Where the window ended meanwhile, all of it again, in the next one.
        """
        await self._wait_for_room()
        for last in (False, False, True):
            if not await (self._side_by_side() if self._wanted.at_once > 1 else self._one_by_one()):
                return
            self.forged = [await self._send(request) for request in self._wanted.forged]
            if self.forged:
                self.again = await self._send(next(self._next))
                passed = not (self._denied(self.again) or all(self._denied(each) for each in self.forged))
                if passed and not last and await self._next_window(self.again):
                    self.tried += [*self.forged, self.again]
                    self.forged, self.again = [], None
                    continue
            for _ in range(self._wanted.extra):
                await self._step()
            return

    async def all_at_once(self) -> None:
        """Everything, so many under way at a time, within one window."""
        wanted = self._wanted
        for last in (False, True):
            await self._wait_for_room(wanted.most)
            begun = len(self.steps)
            await self._side_by_side()
            first = min(each.sent_at for each in self.steps[begun:])
            ended = wanted.window * (first // wanted.window + 1)
            if last or not wanted.aligned or ended > time.time():
                self.tried, self.steps = self.steps[:begun], self.steps[begun:]
                return

    async def _side_by_side(self) -> bool:
        """Whether the limiter has denied one of many."""
        wanted = self._wanted
        budget = wanted.most if wanted.stops else len(self.steps) + wanted.most
        under_way, failed, denied = 0, 0, False

        async def work(client: KeptClient) -> None:
            nonlocal under_way, failed, denied
            while len(self.steps) + under_way < budget and time.monotonic() < self._ends:
                if (denied and wanted.stops) or failed >= _FAILURES:
                    return
                under_way += 1
                step = _kept(await client.exchange(next(self._next)), wanted.status)
                under_way -= 1
                self.steps.append(step)
                failed += step.failure is not None
                denied = denied or self._denied(step)

        await asyncio.gather(*(work(client) for client in self._clients))
        self.steps.sort(key=lambda step: step.sent_at)
        return denied

    async def _one_by_one(self) -> bool:
        """Whether the limiter has denied a request that others before it passed in the same window."""
        wanted = self._wanted
        passed = failed = 0
        while len(self.steps) < wanted.most and time.monotonic() < self._ends and failed < _FAILURES:
            step = await self._step()
            failed += step.failure is not None
            if not self._denied(step):
                passed += step.failure is None
                if passed % _LOOKED == 0 and not await self._go_on(step):
                    return False
            elif passed:
                return True
            elif self._waits or not await self._next_window(step):
                return False
        return False

    async def _go_on(self, step: Exchange) -> bool:
        """Whether the window can be used up at the rate at which it goes, once it is a fresh one."""
        wanted = self._wanted
        each = max(median(step.elapsed for step in self.steps[-_LOOKED:]) + wanted.pause, 1e-4)
        after = len(wanted.forged) + 2
        if (wanted.limit + 1) * each > wanted.window:
            # Not within a window, at this rate. A machine that is busy for a moment is so for one window.
            return wanted.window <= _SHORT and self._waits < _TRIES and await self._next_window(step)
        left = told(step).left_in(wanted.window, wanted.limit)
        rest = self._rest(step)
        if rest is None or left is None or (left + after) * each <= rest:
            return True
        if (wanted.limit + after) * each <= wanted.window and self._waits < _TRIES:
            return await self._next_window(step)
        return True

    async def _next_window(self, step: Exchange) -> bool:
        """Wait for a window to begin; False where it is not known when that is, or is too far."""
        rest = self._rest(step)
        if rest is None:
            rest = float(told(step).retry_after or self._wanted.window)
        if rest > self._wanted.window + 1:
            return False
        await self._wait(rest + _SETTLED)
        return True

    def _rest(self, step: Exchange) -> float | None:
        """Seconds that the window goes on, at least in short ones; None where it is not known."""
        wanted = self._wanted
        if wanted.aligned and wanted.window <= _SHORT:
            return wanted.window - time.time() % wanted.window
        said = told(step)
        return float(said.reset) if said.reset is not None and said.limit == wanted.limit else None

    async def _wait_for_room(self, requests: int | None = None) -> None:
        """In a short window: wait for the next where the rest is too short for what is to be sent."""
        wanted = self._wanted
        if not wanted.aligned or wanted.window > _SHORT:
            return
        sent = wanted.limit + len(wanted.forged) + 2 if requests is None else requests
        needed = min(sent * (_EACH + wanted.pause) + _SETTLED, 0.9 * wanted.window)
        rest = wanted.window - time.time() % wanted.window
        if rest < needed:
            await self._wait(rest + min(_SETTLED, 0.02 * wanted.window))

    async def _wait(self, seconds: float) -> None:
        begun = time.monotonic()
        self._waits += 1
        await wait(seconds)
        self.waited += time.monotonic() - begun

    async def _step(self) -> Exchange:
        self.steps.append(await self._send(next(self._next)))
        if self._wanted.pause:
            await asyncio.sleep(self._wanted.pause)
        return self.steps[-1]

    async def _send(self, request: HttpRequest) -> Exchange:
        return _kept(await self._clients[0].exchange(request), self._wanted.status)

    def _denied(self, exchange: Exchange) -> bool:
        return exchange.response is not None and exchange.response.status == self._wanted.status


def _kept(exchange: Exchange, denial: int) -> Exchange:
    """The exchange without the body of an answer that is none of the limiter's."""
    if exchange.response is None or exchange.response.status == denial:
        return exchange
    return exchange.model_copy(update={"response": replace(exchange.response, body=b"")})
