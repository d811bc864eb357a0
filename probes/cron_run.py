"""A run as cron starts it, from the plan to the delivery, within its interval whatever happens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from atalaia.errors import AtalaiaError
from atalaia.redaction import Redactor
from atalaia.state import state_directory
from probes.alone import alone
from probes.attribution import attribute
from probes.due import due
from probes.exposition import expose
from probes.keeper import Keeper
from probes.model import Attempt, Planned, ProbeResult, Reason, Run
from probes.planning.shards import Shard
from probes.receivers import Receivers
from probes.runner import run_all
from probes.signals import Asked as AskedToEnd
from probes.signals import to_end
from probes.watch import Watch

PROBING = 0.8
"""Part of the interval within which every attempt of a probe has to have ended …"""
_MOST = 0.9
"""… and after which what has not even begun is told as not measured. The rest is for delivering."""
_PAUSES = 1.0
"""Seconds taken off a probe's time for the pauses between its attempts, where it has several."""
_LEAST, _HASTE = timedelta(seconds=1), timedelta(seconds=5)
"""Delivering has so much time at least; and at most, where the process was asked to end."""
_PATIENCE = 10.0
"""Seconds that a run waits for another one to end."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a run."""

    shard: Shard = field(default_factory=Shard)
    only: frozenset[str] = frozenset()
    """Names of probes; empty: all of the shard whose turn it is."""
    receivers: Receivers = field(default_factory=Receivers)


@dataclass(frozen=True)
class Done:
    """What came of a run."""

    run: Run
    """With the results that were measured in it."""
    waiting: int = 0
    """Probes whose turn it was not."""
    delivered: bool = False
    """Whether the page of metrics was taken by all who were to have it."""
    interrupted: str = ""
    """The signal that ended it before its time."""
    failures: tuple[AtalaiaError, ...] = ()
    """Who did not take the results, and why."""
    notes: tuple[str, ...] = ()
    """What the user must know besides."""


def run_once(watch: Watch, asked: Asked) -> Done:
    """Probe, keep, count, tell.

    Raises UsageError (a name), NotMeasured (another run is under way).
    """
    asked_for = watch.chosen(asked.shard, asked.only)
    patience = min(_PATIENCE, watch.interval.total_seconds() / 2)
    with alone(state_directory() / "probes", watch.vantage(asked.shard), patience):
        return asyncio.run(_Running(watch, asked, asked_for).done())


class _Running:
    def __init__(self, watch: Watch, asked: Asked, asked_for: tuple[Planned, ...]) -> None:
        self._asked = asked
        self._planned = watch.chosen(asked.shard)
        self._asked_for = asked_for
        self._vantage = watch.vantage(asked.shard)
        self._begun = time.monotonic()
        self._new = watch.new_run(asked.shard, time.time())
        self._network = replace(watch.network, run=self._new.id)
        self._redactor = Redactor(watch.secrets)
        self._keeper = Keeper(self._vantage, self._new.started)
        self._found: dict[str, ProbeResult] = {}
        self._signal = ""

    async def done(self) -> Done:
        """Do it."""
        try:
            with to_end() as asked_to_end:
                return await self._done(asked_to_end)
        finally:
            self._keeper.close()

    async def _done(self, asked_to_end: AskedToEnd) -> Done:
        last = await self._keeper.last(self._planned)
        chosen = self._chosen(last)
        await self._keeper.begin(self._new.id, self._new.started)
        await self._probe(chosen, asked_to_end)
        measured = tuple(self._found[one.name] for one in chosen if one.name in self._found)
        together = self._with_last(measured, last or {}, whole=not self._asked.only and not asked_to_end.by)
        run = replace(together, results=measured)
        counters = await self._keeper.settle(together)
        failures: list[AtalaiaError] = [self._keeper.failure] if self._keeper.failure else []
        failures += self._asked.receivers.give_results(run)
        notes = self._keeper.notes
        delivered = False
        if self._asked.receivers.pages and (gap := self._gap(together)):
            notes.append(gap)
        elif self._asked.receivers.pages:
            within = min(self._left(), _HASTE) if asked_to_end.by else self._left()
            refused = await self._asked.receivers.give_page(
                expose(together, counters), self._vantage, self._network, self._redactor, within
            )
            failures += refused
            delivered = not refused
        if delivered and counters is not None:
            await self._keeper.delivered(run, time.time())
        waiting = 0 if self._asked.only else len(self._planned) - len(chosen)
        return Done(run, waiting, delivered, asked_to_end.by, tuple(failures), tuple(notes))

    def _chosen(self, last: Mapping[str, ProbeResult] | None) -> tuple[Planned, ...]:
        """What is probed now, each in time for the run's end."""
        wanted = self._asked_for
        if not self._asked.only:
            wanted = due(wanted, last, self._new.started, self._new.interval)
        most = self._new.interval * PROBING
        return tuple(in_time(one, most) for one in wanted)

    async def _probe(self, chosen: tuple[Planned, ...], asked_to_end: AskedToEnd) -> None:
        """Probe, until all is done, the time is up, or the process is asked to end."""

        def found(result: ProbeResult) -> None:
            self._found[result.planned.name] = result
            self._keeper.record(result)

        probing = asyncio.create_task(
            run_all(chosen, self._network, redactor=self._redactor, on_result=found)
        )
        ending = asyncio.create_task(asked_to_end.event.wait())
        most = self._new.interval.total_seconds() * _MOST - (time.monotonic() - self._begun)
        await asyncio.wait({probing, ending}, timeout=most, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if probing.done():
            probing.result()  # what it raises is a message: authorities that cannot be trusted
            return
        probing.cancel()
        await asyncio.wait({probing})
        if asked_to_end.by:
            return
        for one in chosen:
            if one.name not in self._found:
                detail = "the run had to end before this probe did"
                found(ProbeResult(one, (Attempt(False, Reason.UNMEASURED, detail, time.time()),)))

    def _with_last(
        self, measured: tuple[ProbeResult, ...], last: Mapping[str, ProbeResult], *, whole: bool
    ) -> Run:
        """The run with the last results of what was not probed in it: what is pushed takes the place of all
        that lies there."""
        found = (self._found.get(one.name) or last.get(one.name) for one in self._planned)
        results = tuple(result for result in found if result)
        return replace(
            self._new,
            finished=time.time(),
            results=results,
            whole=whole,
            valid=believed(measured),
            guilty=attribute(results),
        )

    def _gap(self, run: Run) -> str:
        """Why the run must not take the place of what lies in the Pushgateway; empty where it may."""
        if run.whole or not run.valid:
            return ""
        there = {result.planned.name for result in run.results}
        missing = [one for one in self._planned if one.name not in there]
        if any(one.expects_failure for one in missing):
            return "not pushed: the run ended before its negative control did"
        if missing:
            return (
                f"not pushed: of {len(missing)} other probes no result is kept ({missing[0].name} …), and "
                "a push takes the place of everything that lies there"
            )
        return ""

    def _left(self) -> timedelta:
        """What is left of the interval."""
        return max(self._new.interval - timedelta(seconds=time.monotonic() - self._begun), _LEAST)


def in_time(planned: Planned, most: timedelta) -> Planned:
    """The probe with a deadline by which all its attempts fit into `most`."""
    pauses = timedelta(seconds=_PAUSES) if planned.attempts > 1 else timedelta()
    each = max(most - pauses, most / 2) / planned.attempts
    return planned if planned.timeout <= each else replace(planned, timeout=each)


def believed(results: tuple[ProbeResult, ...]) -> bool:
    """Whether what must fail did."""
    return not any(one.success for one in results if one.planned.expects_failure)
