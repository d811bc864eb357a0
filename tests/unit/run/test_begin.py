"""Thousands of cases are begun without holding up what is under way, and what is last stays last."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from atalaia.checks.check import Check, Severity
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Observable
from atalaia.exchange.seen import Seen
from atalaia.redaction import Redactor
from atalaia.run.case import Case
from atalaia.run.execute import Executor
from atalaia.run.observations import Observations
from atalaia.run.results import Outcome


class Nothing(Seen):
    pass


class Ask(Observable):
    sees: ClassVar[type[Seen]] = Nothing


def _case(key: str, *, last: bool = False) -> Case:
    check = Check(
        id=key, severity=Severity.MAJOR, catches="", remedy="", source="",
        targets=lambda e: (), observes=lambda e, t: (), judge=lambda seen, expected: [],
    )  # fmt: skip
    return Case(check, "x", observables=(Ask(key=key, hop=Hop.SERVICE, last=last),))


def test_the_loop_turns_while_cases_are_begun(tmp_path: Path) -> None:
    begun_when_first_taken: list[int] = []

    async def everything() -> list[Outcome]:
        async def observe(observable: Observable) -> Seen:
            begun_when_first_taken.append(len(asyncio.all_tasks()))
            return Nothing()

        observations = Observations(tmp_path, observe, Redactor(()), alone=True)
        results = await Executor(observations).execute_all([_case(f"c{n}") for n in range(3000)])
        return [result.outcome for result in results]

    assert asyncio.run(everything()) == [Outcome.PASSED] * 3000
    assert begun_when_first_taken[0] < 1000


def test_what_is_last_waits_for_cases_that_are_only_about_to_be_begun(tmp_path: Path) -> None:
    taken: list[str] = []
    last, others = _case("last", last=True), [_case(f"c{n}") for n in range(500)]

    async def everything() -> None:
        async def observe(observable: Observable) -> Seen:
            taken.append(observable.key)
            return Nothing()

        executor = Executor(Observations(tmp_path, observe, Redactor(()), alone=True))
        beginning = asyncio.create_task(executor.begin_all([*others, last]))
        await asyncio.sleep(0)  # the first few are begun
        await executor.execute(last)  # as a test does that asks for its result early
        await beginning

    asyncio.run(everything())
    assert taken[-1] == "last"
    assert len(taken) == 501


def test_alone_nothing_is_locked_or_stored(tmp_path: Path) -> None:
    async def one() -> None:
        async def observe(observable: Observable) -> Seen:
            return Nothing()

        await Observations(tmp_path, observe, Redactor(()), alone=True).take(Ask(key="a", hop=Hop.SERVICE))

    asyncio.run(one())
    assert list(tmp_path.iterdir()) == []


def test_with_others_no_more_files_are_open_than_there_are_places(tmp_path: Path) -> None:
    most_locks = 0

    async def many() -> None:
        async def observe(observable: Observable) -> Seen:
            nonlocal most_locks
            locks = [path for path in tmp_path.glob("*.lock") if path.stem not in {"turnstile", "quiet"}]
            most_locks = max(most_locks, len(locks) - len(list(tmp_path.glob("*.json"))))
            await asyncio.sleep(0)
            return Nothing()

        observations = Observations(tmp_path, observe, Redactor(()))
        asked = (Ask(key=f"a{n}", hop=Hop.SERVICE) for n in range(100))
        await asyncio.gather(*(observations.take(each) for each in asked))

    asyncio.run(many())
    assert 1 < most_locks <= 16
