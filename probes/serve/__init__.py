"""The runner as a daemon: every probe at its own moment, until it is told to end."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

from atalaia.errors import ExitCode
from atalaia.redaction import Redactor
from atalaia.state import state_directory
from atalaia.systems.prometheus.page_server import Page, serving
from probes import telling
from probes.alone import alone
from probes.cron_run import Asked, Done, in_time
from probes.keeper import Keeper
from probes.model import Planned
from probes.runner import Runner, prepare
from probes.serve.rounds import Rounds
from probes.serve.turns import Turns
from probes.signals import Asked as AskedToEnd
from probes.signals import to_end
from probes.verdict import exit_code
from probes.watch import Watch

_FINISHING = 10.0
"""Seconds that probes have to end, once the daemon is told to."""
_HASTE = timedelta(seconds=5)
"""How long the last delivery may take."""
_DELIVERING = 0.8
"""Part of an interval that a delivery may take."""


def serve_until_told(
    watch: Watch,
    asked: Asked,
    address: tuple[str, int] | None,
    *,
    say: Callable[[str], None],
    on_start: Callable[[Planned, float], None] | None = None,
) -> ExitCode:
    """Probe until SIGTERM or SIGINT; then let probes end, hand over, and tell how the last round was.

    `on_start` is told of each probe that begins, and by how many seconds it is late. Raises UsageError (the
    address), NotMeasured (another run of this vantage is under way).
    """
    planned = watch.chosen(asked.shard)
    vantage = watch.vantage(asked.shard)
    _many_files()
    with alone(state_directory() / "probes", vantage, watch.interval.total_seconds() / 2):
        keeper = Keeper(vantage, time.time())
        try:
            return asyncio.run(_Daemon(watch, asked, planned, keeper, say, on_start).serve(address))
        finally:
            keeper.close()


class _Daemon:
    def __init__(
        self,
        watch: Watch,
        asked: Asked,
        planned: tuple[Planned, ...],
        keeper: Keeper,
        say: Callable[[str], None],
        on_start: Callable[[Planned, float], None] | None,
    ) -> None:
        self._interval = watch.interval
        self._planned = tuple(in_time(one, one.interval) for one in planned)
        self._network = replace(watch.network, run="serve")
        self._runner = Runner(self._network, Redactor(watch.secrets))
        self._page = Page()
        self._rounds = Rounds(watch, asked, planned, self._network, keeper, self._page)
        self._say = say
        self._on_start = on_start
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._left_out = 0
        self._last: Done | None = None

    async def serve(self, address: tuple[str, int] | None) -> ExitCode:
        """Until told."""
        prepare(self._planned, self._network)
        async with AsyncExitStack() as stack:
            asked = stack.enter_context(to_end())
            if address:
                port = await stack.enter_async_context(serving(self._page, address))
                self._say(f"metrics on http://{address[0]}:{port}/metrics")
            await self._rounds.begin()
            self._say(f"probing {len(self._planned) - len(self._control)} targets")
            closing = asyncio.create_task(self._close_rounds(asked))
            await self._take_turns(asked, closing)
            await self._finish()
            await closing
            await self._close(_HASTE)
        assert self._last, "the last round was closed"
        return exit_code(self._last, fail=False)

    @property
    def _control(self) -> tuple[Planned, ...]:
        return tuple(one for one in self._planned if one.expects_failure)

    async def _take_turns(self, asked: AskedToEnd, closing: asyncio.Task[None]) -> None:
        loop = asyncio.get_running_loop()
        targets = (one for one in self._planned if not one.expects_failure)
        turns = Turns(targets, wall=time.time(), monotonic=loop.time())
        while not asked.by and not closing.done():
            for planned, moment in turns.take(loop.time()):
                self._start(planned, loop.time() - moment)
            await _until(asked.event, turns.next)

    def _start(self, planned: Planned, late: float) -> None:
        """Begin a probe, unless its last turn has not ended or too many wait: no piling up."""
        if planned.name in self._under_way or len(self._under_way) >= _at_once():
            self._left_out += 1
            return
        if self._on_start:
            self._on_start(planned, late)
        self._under_way[planned.name] = asyncio.create_task(self._one(planned))

    async def _one(self, planned: Planned) -> None:
        try:
            self._rounds.add(await self._runner.run(planned))
        finally:
            del self._under_way[planned.name]

    async def _finish(self) -> None:
        """Let what is under way end."""
        if tasks := list(self._under_way.values()):
            _, pending = await asyncio.wait(tasks, timeout=_FINISHING)
            for task in pending:
                task.cancel()
            if pending:
                await asyncio.wait(pending)

    async def _close_rounds(self, asked: AskedToEnd) -> None:
        loop = asyncio.get_running_loop()
        every = self._interval.total_seconds()
        end = loop.time()
        while True:
            # A round that could not be closed in time is closed late, together with the next one.
            end += every * max(1, int((loop.time() - end) // every) + 1)
            await _until(asked.event, end)
            if asked.by:
                return
            await self._close(self._interval * _DELIVERING)

    async def _close(self, within: timedelta) -> None:
        control = tuple([await self._runner.run(one) for one in self._control])
        self._last = await self._rounds.close(control, within)
        for line in telling.troubles(self._last):
            self._say(line)
        if self._left_out:
            self._say(f"{self._left_out} turns left out: what was begun before had not ended")
            self._left_out = 0


async def _until(event: asyncio.Event, moment: float) -> None:
    """Wait for a moment of the loop's clock, or the event."""
    try:
        async with asyncio.timeout_at(moment):
            await event.wait()
    except TimeoutError:
        return


def _at_once() -> int:
    """Probes under way at most: each has a file open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2**20 if soft == resource.RLIM_INFINITY else soft // 2


def _many_files() -> None:
    """Open as many files as this process may."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
