"""Rounds of the daemon: what was seen within an interval is judged, counted and handed over together."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

from atalaia.errors import AtalaiaError
from atalaia.exchange.network import Network
from atalaia.redaction import Redactor
from atalaia.systems.prometheus.page_server import Page
from probes.attribution import attribute
from probes.cron_run import Asked, Done
from probes.exposition import expose
from probes.keeper import Keeper
from probes.model import Planned, ProbeResult, Run
from probes.totals import Counters, Totals
from probes.watch import Watch


class Rounds:
    """The results of the running round, and what is believed of the rounds before."""

    def __init__(
        self,
        watch: Watch,
        asked: Asked,
        planned: tuple[Planned, ...],
        network: Network,
        keeper: Keeper,
        page: Page,
    ) -> None:
        self._watch = watch
        self._asked = asked
        self._planned = planned
        self._network = network
        self._redactor = Redactor(watch.secrets)
        self._keeper = keeper
        self._page = page
        self._run = watch.new_run(asked.shard, time.time())
        self._results: dict[str, ProbeResult] = {}
        self._believed: dict[str, ProbeResult] = {}
        self._totals: dict[str, Totals] = {}
        self._since: float | None = None

    async def begin(self) -> None:
        """Take up what the state knows, and begin the first round."""
        self._believed = dict(await self._keeper.last(self._planned) or {})
        await self._keeper.begin(self._run.id, self._run.started)

    def add(self, result: ProbeResult) -> None:
        """A result, for the running round."""
        self._results[result.planned.name] = result
        self._keeper.record(result)

    async def close(self, control: tuple[ProbeResult, ...], within: timedelta) -> Done:
        """End the round, begin the next one, and hand over what was seen, `within` this time."""
        end = time.monotonic() + within.total_seconds()
        valid = not any(result.success for result in control)
        measured = (*self._results.values(), *control)
        run = replace(self._run, finished=time.time(), results=measured, valid=valid)
        self._run, self._results = self._watch.new_run(self._asked.shard, run.finished), {}
        if valid:
            self._believed.update((result.planned.name, result) for result in measured)
        together = tuple(self._believed[one.name] for one in self._planned if one.name in self._believed)
        guilty = attribute(together)
        run = replace(run, guilty=guilty)
        counters = await self._settle(run, together)
        failures: list[AtalaiaError] = [self._keeper.failure] if self._keeper.failure else []
        await self._keeper.begin(self._run.id, self._run.started)
        failures += self._asked.receivers.give_results(run)
        # In threads: a page of thousands of probes takes long to write, and these have their moments.
        self._page.text = text = await asyncio.to_thread(expose, replace(run, results=together), counters)
        delivered = False
        if self._asked.receivers.pages:
            left = timedelta(seconds=max(end - time.monotonic(), 1.0))
            refused = await asyncio.to_thread(lambda: asyncio.run(self._give(text, left)))
            failures += refused
            delivered = not refused
        if delivered and counters is not None:
            await self._keeper.delivered(run, time.time())
        return Done(run, 0, delivered, "", tuple(failures), tuple(self._keeper.notes))

    async def _give(self, text: str, within: timedelta) -> list[AtalaiaError]:
        vantage = self._watch.vantage(self._asked.shard)
        return list(
            await self._asked.receivers.give_page(text, vantage, self._network, self._redactor, within)
        )

    async def _settle(self, run: Run, together: tuple[ProbeResult, ...]) -> Counters | None:
        """The totals of everything; asked for once, and from then on only of what was measured."""
        known = self._since is not None
        counters = await self._keeper.settle(
            run if known or not run.valid else replace(run, results=together)
        )
        if counters is None or not run.valid:
            return counters
        if counters.since != self._since:
            # The state was lost, and counting began anew.
            self._since, self._totals = counters.since, {}
        self._totals.update(counters.of)
        return Counters(counters.since, dict(self._totals))
