"""What is taken after another, when it is due; and what is taken last, when the others have been."""

from __future__ import annotations

import asyncio
import time
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


class Moment(Seen):
    at: float


class Ask(Observable):
    sees: ClassVar[type[Seen]] = Moment
    delay: float = 0.0

    def due(self, earlier: Seen) -> float:
        assert isinstance(earlier, Moment)
        return earlier.at + self.delay


def ask(key: str, **more) -> Ask:
    return Ask(key=key, hop=Hop.SERVICE, **more)


def check(id: str) -> Check:
    return Check(
        id=id, severity=Severity.MAJOR, catches="", remedy="", source="",
        targets=lambda e: (), observes=lambda e, t: (), judge=lambda seen, expected: [],
    )  # fmt: skip


class Taking:
    """Observes at once, or after a moment; remembers the order."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def __call__(self, observable: Observable) -> Seen:
        if observable.key.startswith("slow"):
            await asyncio.sleep(0.1)
        self.taken.append(observable.key)
        return Moment(at=time.time())


def execute(tmp_path, cases, denied=None):
    taking = Taking()

    async def all_of_them():
        observations = Observations(tmp_path, taking, Redactor(()))
        return await Executor(observations, denied=denied).execute_all(cases)

    return asyncio.run(all_of_them()), taking.taken


def test_an_observation_waits_until_the_earlier_one_says_that_it_is_due(tmp_path):
    first = ask("first")
    later = ask("later", after=first, delay=0.2)
    begun = time.time()
    results, taken = execute(tmp_path, [Case(check("c"), "t", (first, later))])
    assert taken == ["first", "later"]
    assert time.time() - begun >= 0.2
    assert [each.outcome for each in results] == [Outcome.PASSED]


def test_what_follows_on_something_that_must_not_be_sent_is_not_sent_either(tmp_path):
    first = ask("first")
    case = Case(check("c"), "t", (ask("later", after=first),))
    (result,), taken = execute(tmp_path, [case], denied={"first": "not sent for want of budget"})
    assert taken == []
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "not sent for want of budget")


def test_what_disturbs_the_others_is_taken_when_they_have_been_wherever_it_stands(tmp_path):
    last = Case(check("last"), "t", (ask("last", last=True),))
    others = [Case(check("slow"), str(n), (ask(f"slow {n}"),)) for n in range(3)]
    results, taken = execute(tmp_path, [last, *others])
    assert taken[-1] == "last"
    assert [each.check for each in results] == ["last", "slow", "slow", "slow"], "in the order asked for"


def test_it_does_not_wait_for_those_that_only_wait_themselves(tmp_path):
    first = ask("first")
    waiting = Case(check("waiting"), "t", (ask("later", after=first, delay=0.4),))
    last = Case(check("last"), "t", (ask("last", last=True),))
    _, taken = execute(tmp_path, [waiting, last])
    assert taken.index("last") < taken.index("later")


def test_who_requires_what_is_taken_last_is_last_too(tmp_path):
    last = Case(check("last"), "t", (ask("last", last=True),))
    needing = Case(check("needing"), "t", (ask("needing"),), requires=(last,))
    other = Case(check("slow"), "t", (ask("slow"),))
    _, taken = execute(tmp_path, [needing, other])
    assert taken == ["slow", "last", "needing"]
