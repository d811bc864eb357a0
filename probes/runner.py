"""Run what is planned: each within its deadline, tried as often as it says, none held up by another."""

from __future__ import annotations

import asyncio
import importlib
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from types import ModuleType
from typing import Any

from atalaia.errors import NotMeasured
from atalaia.exchange.network import Network
from atalaia.redaction import Redactor
from atalaia.run.loop_watch import LoopWatch
from probes.model import Attempt, Planned, ProbeResult, Reason
from probes.places import Places

AT_ONCE = 400
"""Probes under way at most: each has a file open."""
_BUSY = 8
"""Probes that are begun before one of them has ended, or has been waiting for a while."""
_GRACE = 0.5
"""Seconds that a kind may come back later than its deadline: it has one of its own, and tells more.

A kind that says ENDS_IN_TIME needs no second deadline around it: of thousands of probes it would be felt."""
_PAUSE = 0.2
"""Seconds before the second attempt; twice as many before the third."""
_HELD_UP = 0.2
"""Part of an attempt's time; held up for longer, that it took too long is ours and not the server's."""
_SWITCH = 0.0005
"""Seconds for which a thread keeps the others waiting: one looks names up, one shakes hands, one writes."""
_IN_VAIN = {Reason.UNMEASURED, Reason.DEFECT}
"""Failures that a second attempt would only repeat, at a limiter's expense."""


class Runner:
    """Runs probes over one network; for a run, or for as long as a daemon lives."""

    def __init__(self, network: Network, redactor: Redactor | None = None) -> None:
        self._network = network
        self._networks: dict[timedelta, Network] = {}
        self._redactor = redactor
        self._watch = LoopWatch()

    async def run(self, planned: Planned) -> ProbeResult:
        """The result of one probe. Nothing is raised but a cancellation."""
        self._watch.start()
        attempts = [await self._attempt(planned)]
        most = 1 if planned.expects_failure else planned.attempts
        while not attempts[-1].success and attempts[-1].reason not in _IN_VAIN and len(attempts) < most:
            await asyncio.sleep(_PAUSE * len(attempts))
            attempts.append(await self._attempt(planned))
        return ProbeResult(planned, tuple(attempts))

    async def run_all(
        self,
        planned: Iterable[Planned],
        *,
        at_once: int = AT_ONCE,
        on_result: Callable[[ProbeResult], None] | None = None,
    ) -> tuple[ProbeResult, ...]:
        """The results of these probes, in their order; `on_result` gets each as soon as there is one.

        They are begun one after the other, as fast as they end or wait, so that what is measured is the
        stack's time and not that of the probes beside it.
        """
        every = tuple(planned)
        # A check takes long to think, which would seem to others to be the stack's time.
        order = sorted(range(len(every)), key=lambda index: every[index].kind == "catalogue")
        places = Places(_BUSY, min(at_once, _files() // 2))
        tasks: dict[int, asyncio.Task[ProbeResult]] = {}
        try:
            for index in order:
                leave = await places.take()
                tasks[index] = asyncio.create_task(self._told(every[index], on_result))
                tasks[index].add_done_callback(leave)
            return tuple([await tasks[index] for index in range(len(every))])
        finally:
            if pending := [task for task in tasks.values() if not task.done()]:
                for task in pending:
                    task.cancel()
                await asyncio.wait(pending)  # a journey cleans up after itself

    async def _told(self, planned: Planned, on_result: Callable[[ProbeResult], None] | None) -> ProbeResult:
        result = await self.run(planned)
        if on_result:
            on_result(result)
        return result

    async def _attempt(self, planned: Planned) -> Attempt:
        kind = _kind(planned.kind)
        started, begun, since = time.time(), time.perf_counter(), time.monotonic()
        try:
            if getattr(kind, "ENDS_IN_TIME", False):
                attempt: Attempt = await kind.probe(planned, self._within(planned.timeout))
            else:
                async with asyncio.timeout(planned.timeout.total_seconds() + _GRACE):
                    attempt = await kind.probe(planned, self._within(planned.timeout))
        except TimeoutError:
            attempt = Attempt(False, Reason.TIMEOUT, "it did not end in time")
        except NotMeasured as error:
            attempt = Attempt(False, Reason.UNMEASURED, str(error))
        except Exception as error:
            where = "".join(traceback.format_exception(error))
            attempt = Attempt(False, Reason.DEFECT, type(error).__name__, shown={"defect": where})
        if not attempt.started:
            attempt = replace(attempt, started=started, duration=time.perf_counter() - begun)
        return self._redacted(self._doubted(attempt, since))

    def _within(self, timeout: timedelta) -> Network:
        """The network with a probe's own deadline."""
        network = self._networks.get(timeout)
        if network is None:
            connect = min(self._network.connect, timeout)
            network = self._networks[timeout] = replace(self._network, total=timeout, connect=connect)
        return network

    def _doubted(self, attempt: Attempt, since: float) -> Attempt:
        """The attempt, its lateness told as our own where this machine was busy with something else."""
        if attempt.reason not in {Reason.TIMEOUT, Reason.LATENCY}:
            return attempt
        held_up = self._watch.worst_since(since)
        if held_up < _HELD_UP * attempt.duration:
            return attempt
        detail = f"{attempt.detail}, while this machine held Atalaia itself up for {held_up:.1f} s"
        return replace(attempt, reason=Reason.UNMEASURED, detail=detail)

    def _redacted(self, attempt: Attempt) -> Attempt:
        texts: tuple[Any, ...] = (attempt.detail, attempt.shown, attempt.information)
        if self._redactor is None or not self._redactor.occurs_in(texts):
            return attempt
        detail, shown, information = self._redactor.structure(texts)
        return replace(attempt, detail=detail, shown=shown, information=information)


async def run_all(
    planned: Iterable[Planned],
    network: Network,
    *,
    at_once: int = AT_ONCE,
    redactor: Redactor | None = None,
    on_result: Callable[[ProbeResult], None] | None = None,
) -> tuple[ProbeResult, ...]:
    """The results of these probes, in their order, once `prepare` has loaded what they need."""
    every = tuple(planned)
    prepare(every, network)
    return await Runner(network, redactor).run_all(every, at_once=at_once, on_result=on_result)


def prepare(planned: Sequence[Planned], network: Network) -> None:
    """Load what these will need, before the first deadline runs. Raises UsageError (authorities to trust)."""
    sys.setswitchinterval(_SWITCH)
    for kind in sorted({each.kind for each in planned}):
        module = importlib.import_module(f"probes.kinds.{kind}")
        if hasattr(module, "prepare"):
            module.prepare(tuple(each for each in planned if each.kind == kind), network)


@lru_cache
def _kind(name: str) -> ModuleType:
    return importlib.import_module(f"probes.kinds.{name}")


def _files() -> int:
    """Files that this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2**20 if soft == resource.RLIM_INFINITY else soft
