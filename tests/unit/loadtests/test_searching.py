"""A search sends at one rate after the other, until the highest that holds is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from loadtests.measured import Measured
from loadtests.scenario import Breakpoint
from loadtests.searching import ladder_of, searched
from loadtests.sent import Sent
from loadtests.thresholds import Thresholds
from loadtests.verdict.model import Outcome, Verdict
from tests.support.load_runs import plan_of

WANTED = Breakpoint.model_validate(
    {"from": "100/s", "to": "1000/s", "factor": 2, "each": timedelta(seconds=9), "tolerance": "10%"}
)


def sent(rate: float, outcome: Outcome, interrupted: str = "") -> Sent:
    measured = Measured(began=0, ended=1, workers_expected=1, interrupted=interrupted)
    return Sent(plan_of(rate), Thresholds(), measured, 1.0, Verdict(outcome=outcome, because="so"))


def test_the_highest_rate_that_holds_is_found_and_every_step_told() -> None:
    told: list[str] = []

    def at(rate: float) -> Sent:
        return sent(rate, Outcome.PASS if rate <= 330 else Outcome.FAIL)

    search = searched(WANTED, at, told.append)
    assert search.found is not None
    assert search.found.holds is not None
    assert search.found.bound is not None
    assert search.found.holds <= 330 < search.found.bound <= search.found.holds * 1.15
    assert [step.rate for step in search.steps][:3] == [100, 200, 400]
    assert told[0] == "100/s: PASS, so"
    assert len(told) == len(search.steps)
    assert search.verdict.judgements[0].what == "breakpoint"
    assert search.last.plan.stages[0].rate == search.steps[-1].rate


def test_a_search_that_is_interrupted_has_found_nothing() -> None:
    def at(rate: float) -> Sent:
        return sent(rate, Outcome.INVALID, "interrupted") if rate > 100 else sent(rate, Outcome.PASS)

    search = searched(WANTED, at, lambda line: None)
    assert search.found is None
    assert [step.rate for step in search.steps] == [100, 200]
    assert search.verdict is search.last.verdict


def test_a_step_that_cannot_pass_any_more_ends_itself_and_not_the_search() -> None:
    def at(rate: float) -> Sent:
        return sent(rate, Outcome.FAIL, "aborted: too slow") if rate > 150 else sent(rate, Outcome.PASS)

    search = searched(WANTED, at, lambda line: None)
    assert search.found is not None
    assert search.found.holds == pytest.approx(150, rel=0.1)


def test_a_scenario_says_how_to_climb() -> None:
    ladder = ladder_of(WANTED)
    assert (ladder.first, ladder.most, ladder.factor, ladder.step) == (100, 1000, 2, None)
    stepped = ladder_of(Breakpoint.model_validate({"from": "100/s", "to": "1000/s", "step": "50/s"}))
    assert stepped.step == 50
