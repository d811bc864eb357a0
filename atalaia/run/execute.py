"""Execute cases: prerequisites first, then observe, then judge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Protocol, TypeVar

from atalaia.checks.check import Finding, Inconclusive
from atalaia.environment.policy import Accepted
from atalaia.exchange.observable import Observable
from atalaia.run.accepted import accept
from atalaia.run.bulk import bulky
from atalaia.run.case import Case
from atalaia.run.observations import Observation
from atalaia.run.results import Outcome, Result

T = TypeVar("T")

_BEGUN_AT_ONCE = 50
"""Cases that are begun before the loop turns to what is under way."""


class Takes(Protocol):
    """Whoever takes observations."""

    async def take(self, observable: Observable) -> Observation:
        """See `atalaia.run.observations.Observations.take`."""

    async def look_through(self, work: Callable[[], T]) -> T:
        """See `atalaia.run.observations.Observations.look_through`."""


def in_order(cases: Iterable[Case]) -> list[Case]:
    """Cases as they are to be begun: those that are taken last at the end."""
    return sorted(cases, key=lambda case: case.last)


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
        self._begun = asyncio.Event()
        """Not set while there are cases that are about to be begun."""
        self._begun.set()
        self._disturbed: set[asyncio.Task[Result]] = set()
        """Those that what is taken last would disturb."""
        self._found: dict[str, list[Finding]] = {}
        """What was found by each case, before anything was left to those that stand for it."""
        self._holding: set[str] = set()
        """What was seen to hold, an accepted defect that is gone included: that fails, and blocks nothing."""

    async def execute(self, case: Case) -> Result:
        """The result of a case."""
        return (await _results([self._begin(case)]))[0]

    async def execute_all(self, cases: Iterable[Case]) -> list[Result]:
        """The results of cases, in their order, taken side by side."""
        planned = tuple(cases)
        await self.begin_all(planned)
        return await _results([self._begin(case) for case in planned])

    async def begin_all(self, cases: Iterable[Case]) -> None:
        """Begin to execute cases side by side, without waiting for their results."""
        self._begun.clear()
        for count, case in enumerate(in_order(cases), start=1):
            self._begin(case)
            if count % _BEGUN_AT_ONCE == 0:
                # What is under way goes on meanwhile: held up, it would seem to us that the stack is slow.
                await asyncio.sleep(0)
        self._begun.set()

    def _begin(self, case: Case) -> asyncio.Task[Result]:
        if case.identity not in self._tasks:
            self._tasks[case.identity] = asyncio.create_task(self._execute(case))
            if not (case.last or case.waits):
                self._disturbed.add(self._tasks[case.identity])
        return self._tasks[case.identity]

    async def _execute(self, case: Case) -> Result:
        if case.last:
            await self._begun.wait()
            while pending := [task for task in self._disturbed if not task.done()]:
                await asyncio.wait(pending)
        result = await self._judge(case)
        if result.outcome is Outcome.PASSED:
            self._holding.add(case.identity)
        return accept(result, self._accepted.get((case.check.id, case.target)), self._today)

    async def _judge(self, case: Case) -> Result:
        if case.skip:
            return case.result(Outcome.SKIPPED, skip=case.skip.kind, reason=case.skip.reason)
        needs = await _results([self._begin(need) for need in case.requires])
        # In the order that the check gives them: of two that failed, the first is the root. An
        # accepted one is the root only where nothing else blocks.
        for need in sorted(needs, key=lambda need: need.accepted is not None):
            if need.identity not in self._holding:
                return case.blocked(by=need)
        needed = {key for seen in case.observables for key in seen.needed}
        unsent = [reason for key, reason in self._denied.items() if key in needed]
        if unsent:
            return case.result(Outcome.INCONCLUSIVE, reason=unsent[0])
        seen = await asyncio.gather(*(self._observations.take(each) for each in case.observables))
        payloads = tuple(each.payload for each in seen)
        judge = partial(case.check.judge, payloads, case.expected)
        verdict = await self._observations.look_through(judge) if bulky(payloads) else judge()
        if isinstance(verdict, Inconclusive):
            return case.result(Outcome.INCONCLUSIVE, reason=verdict.reason)
        if not verdict:
            return case.result(Outcome.PASSED)
        self._found[case.identity] = verdict
        return await self._apart(case, verdict)

    async def _apart(self, case: Case, found: list[Finding]) -> Result:
        """The result with what was found here and nowhere that stands for this case; blocked by there if all
        was."""
        firsts = await _results([self._begin(first) for first in case.alike])
        there = [(first, self._found.get(first.identity, [])) for first in firsts]
        own = [one for one in found if not any(_tells(one, told) for _, each in there for told in each)]
        if own:
            return case.result(Outcome.FAILED, findings=tuple(own))
        telling = (first for first, each in there if any(_tells(found[0], told) for told in each))
        return case.blocked(by=next(telling))


def _tells(finding: Finding, first: Finding) -> bool:
    """Whether another finding says what this one says: this may add where it was seen, or either why.

    Two lines that cause the same are two defects.
    """
    if finding.cause and first.cause and finding.cause != first.cause:
        return False
    return finding.expected.startswith(first.expected) and (
        finding.observed.startswith(first.observed) or first.observed.startswith(finding.observed)
    )


async def _results(tasks: Sequence[asyncio.Task[Result]]) -> list[Result]:
    if all(task.done() for task in tasks):
        return [task.result() for task in tasks]
    # Shielded: one caller that gives up must not take the results from the others.
    return list(await asyncio.shield(asyncio.gather(*tasks)))
