"""Execute cases: prerequisites first, then observe, then judge."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from atalaia.checks.check import Inconclusive
from atalaia.environment.policy import Accepted
from atalaia.exchange.observable import Observable
from atalaia.run.accepted import accept
from atalaia.run.case import Case
from atalaia.run.observations import Observation
from atalaia.run.results import Outcome, Result


class Takes(Protocol):
    """Whoever takes observations."""

    async def take(self, observable: Observable) -> Observation:
        """See `atalaia.run.observations.Observations.take`."""


class Executor:
    """Turns cases into results, each once; every worker comes to the same ones.

    `denied` maps the keys of observables that must not be sent to the reason; what needs one of
    them is inconclusive. Anything that a judge raises is a defect of Atalaia and passes through.
    """

    def __init__(
        self,
        observations: Takes,
        *,
        denied: Mapping[str, str] | None = None,
        accepted: Iterable[Accepted] = (),
        today: date | None = None,
    ) -> None:
        self._observations = observations
        self._denied = denied or {}
        self._accepted = {(entry.check, entry.target): entry for entry in accepted}
        self._today = today or date.today()
        self._tasks: dict[str, asyncio.Task[Result]] = {}
        self._holding: set[str] = set()
        """What was seen to hold, an accepted defect that is gone included: that fails, and blocks nothing."""

    async def execute(self, case: Case) -> Result:
        """The result of a case."""
        if case.identity not in self._tasks:
            self._tasks[case.identity] = asyncio.create_task(self._execute(case))
        # Shielded: one caller that gives up must not take the result from the others.
        return await asyncio.shield(self._tasks[case.identity])

    async def execute_all(self, cases: Iterable[Case]) -> list[Result]:
        """The results of cases, in their order, taken side by side."""
        return list(await asyncio.gather(*(self.execute(case) for case in cases)))

    async def _execute(self, case: Case) -> Result:
        result = await self._judge(case)
        if result.outcome is Outcome.PASSED:
            self._holding.add(case.identity)
        return accept(result, self._accepted.get((case.check.id, case.target)), self._today)

    async def _judge(self, case: Case) -> Result:
        if case.skip:
            return case.result(Outcome.SKIPPED, skip=case.skip.kind, reason=case.skip.reason)
        needs = await asyncio.gather(*(self.execute(need) for need in case.requires))
        # In the order that the check gives them: of two that failed, the first is the root. An
        # accepted one is the root only where nothing else blocks.
        for need in sorted(needs, key=lambda need: need.accepted is not None):
            if need.identity not in self._holding:
                return case.blocked(by=need)
        unsent = [self._denied[seen.key] for seen in case.observables if seen.key in self._denied]
        if unsent:
            return case.result(Outcome.INCONCLUSIVE, reason=unsent[0])
        seen = await asyncio.gather(*(self._observations.take(each) for each in case.observables))
        verdict = case.check.judge(tuple(each.payload for each in seen), case.expected)
        if isinstance(verdict, Inconclusive):
            return case.result(Outcome.INCONCLUSIVE, reason=verdict.reason)
        outcome = Outcome.FAILED if verdict else Outcome.PASSED
        return case.result(outcome, findings=tuple(verdict))
