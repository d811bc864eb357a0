"""The executor: prerequisites first, one root cause, nothing passes because it did not run."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import ClassVar

import pytest

from atalaia.checks.check import Check, Finding, Inconclusive, Severity
from atalaia.environment.policy import Accepted
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Observable
from atalaia.exchange.seen import Seen
from atalaia.run.case import Case, Skip
from atalaia.run.execute import Executor
from atalaia.run.observations import Observation
from atalaia.run.results import Outcome, SkipKind


class Number(Seen):
    value: int


class Ask(Observable):
    sees: ClassVar[type[Seen]] = Number
    value: int


class Recording:
    """Takes every observable at once, and remembers which."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def take(self, observable: Observable) -> Observation:
        assert isinstance(observable, Ask)
        self.taken.append(observable.key)
        return Observation(
            key=observable.key, taken_at=0, hop=Hop.SERVICE, payload=Number(value=observable.value)
        )


def judge(seen: tuple[Number], expected: int) -> list[Finding] | Inconclusive:
    (number,) = seen
    if number.value < 0:
        return Inconclusive("nobody counted")
    return [] if number.value == expected else [Finding(expected=str(expected), observed=str(number.value))]


def check(id: str) -> Check:
    return Check(
        id=id,
        severity=Severity.MAJOR,
        catches="a wrong number",
        remedy="count again",
        source="test",
        targets=lambda environment: ("t",),
        observes=lambda environment, target: (),
        judge=judge,
    )


def case(id: str, value: int, *, requires: tuple[Case, ...] = (), skip: Skip | None = None) -> Case:
    ask = Ask(key=f"ask {id}", hop=Hop.SERVICE, value=value)
    return Case(check(id), "t", observables=(ask,), expected=1, requires=requires, skip=skip)


def run(*cases: Case, **settings):
    observations = Recording()

    async def everything():
        return await Executor(observations, **settings).execute_all(cases)

    return asyncio.run(everything()), observations.taken


def test_what_holds_passes_and_what_does_not_fails_with_its_finding():
    (good, bad), _ = run(case("good", 1), case("bad", 2))
    assert (good.outcome, bad.outcome) == (Outcome.PASSED, Outcome.FAILED)
    assert bad.findings == (Finding(expected="1", observed="2"),)
    assert bad.remedy == "count again"


def test_what_depends_on_a_failure_is_blocked_by_its_root_and_never_observed():
    root = case("root", 2)
    middle = case("middle", 1, requires=(root,))
    (leaf,), taken = run(case("leaf", 1, requires=(middle,)))
    assert leaf.outcome is Outcome.BLOCKED
    assert leaf.blocked_by == "root@t"
    assert taken == ["ask root"]


def test_of_two_failed_prerequisites_the_first_that_the_check_names_is_the_root():
    (result,), _ = run(case("leaf", 1, requires=(case("one", 2), case("two", 2))))
    assert result.blocked_by == "one@t"


def test_a_judge_that_cannot_tell_is_inconclusive_and_blocks():
    unsure = case("unsure", -1)
    (first, second), _ = run(unsure, case("leaf", 1, requires=(unsure,)))
    assert (first.outcome, first.reason) == (Outcome.INCONCLUSIVE, "nobody counted")
    assert second.outcome is Outcome.BLOCKED


def test_what_may_not_be_sent_is_inconclusive_with_the_reason():
    (result,), taken = run(case("dear", 1), denied={"ask dear": "not sent for want of budget"})
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "not sent for want of budget")
    assert taken == []


def test_a_skipped_case_says_of_which_kind():
    skip = Skip(SkipKind.NOT_ALLOWED, "it writes")
    (result,), taken = run(case("writes", 1, skip=skip))
    assert (result.outcome, result.skip, taken) == (Outcome.SKIPPED, SkipKind.NOT_ALLOWED, [])


def test_a_judge_that_raises_is_a_defect_and_passes_through():
    broken = case("broken", 1)
    broken = Case(broken.check, "t", observables=(), expected=1)  # its judge unpacks one payload
    with pytest.raises(ValueError, match="unpack"):
        run(broken)


def test_a_shared_prerequisite_is_executed_once():
    root = case("root", 1)
    _, taken = run(case("a", 1, requires=(root,)), case("b", 1, requires=(root,)))
    assert taken.count("ask root") == 1


class TestAccepted:
    entry = Accepted(check="bad", target="t", reason="ticket 7", until=date(2027, 1, 31))

    def test_a_known_defect_is_marked(self):
        (result,), _ = run(case("bad", 2), accepted=[self.entry], today=date(2027, 1, 31))
        assert result.outcome is Outcome.FAILED
        assert result.accepted == "ticket 7 (until 2027-01-31)"

    def test_it_counts_again_once_it_expires(self):
        (result,), _ = run(case("bad", 2), accepted=[self.entry], today=date(2027, 2, 1))
        assert result.accepted is None
        assert "which is over" in result.reason

    def test_one_that_is_gone_fails_and_blocks_nothing(self):
        gone = case("bad", 1)
        (failed, after), _ = run(gone, case("after", 2, requires=(gone,)), accepted=[self.entry])
        assert failed.outcome is Outcome.FAILED
        assert after.outcome is Outcome.FAILED, "what needs it was measured"
        assert after.findings

    def test_what_it_blocks_carries_its_reason(self):
        (result,), _ = run(
            case("leaf", 1, requires=(case("bad", 2),)), accepted=[self.entry], today=date(2027, 1, 31)
        )
        assert (result.outcome, result.blocked_by) == (Outcome.BLOCKED, "bad@t")
        assert result.accepted == "ticket 7 (until 2027-01-31)"

    def test_what_something_else_blocks_too_is_blocked_by_that(self):
        needs = (case("bad", 2), case("worse", 2))
        (result,), _ = run(case("leaf", 1, requires=needs), accepted=[self.entry], today=date(2027, 1, 31))
        assert (result.blocked_by, result.accepted) == ("worse@t", None)

    def test_it_fails_once_it_is_fixed_but_still_listed(self):
        (result,), _ = run(case("bad", 1), accepted=[self.entry], today=date(2026, 12, 1))
        assert result.outcome is Outcome.FAILED
        assert "remove the entry" in result.remedy
