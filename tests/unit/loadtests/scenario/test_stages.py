"""Stages: what is sent when, and the most that is sent in any window."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.plan import Stage
from loadtests.scenario import Breakpoint, Scenario
from loadtests.scenario.model import Stage as Written
from loadtests.scenario.stages import arrivals, most_within, peak, stages_of, written_peak


def written(rate: float, seconds: float, to: float | None = None, *, warm_up: bool = False) -> Written:
    until = rate if to is None else to
    return Written.model_validate(
        {"from": f"{rate:.3f}/s", "to": f"{until:.3f}/s", "for": f"{seconds:.3f}s", "warm_up": warm_up}
    )


RATES = st.integers(0, 5_000_000).map(lambda number: number / 1000)
WRITTEN = st.builds(
    lambda rates, lasts, warm_up: written(rates[0], lasts, rates[1], warm_up=warm_up),
    st.tuples(RATES, RATES).filter(max),
    st.integers(100, 600_000).map(lambda number: number / 1000),
    st.booleans(),
)


def scenario(*stages: Written) -> Scenario:
    return Scenario(name="a", stages=stages)


@given(st.lists(WRITTEN, min_size=1, max_size=5), st.floats(0, 0.1))
@settings(max_examples=60, deadline=None)
def test_stages_follow_one_another_and_send_what_they_say(stages, surplus):
    last = written(1, 1)
    made = stages_of(scenario(*stages, last), surplus=surplus)
    assert made[0].begins == 0
    for before, after in pairwise(made):
        assert after.begins == pytest.approx(before.begins + before.lasts)
    sent = sum(sum(stage.rates) / 2 * stage.lasts.total_seconds() for stage in (*stages, last))
    assert arrivals(made) == pytest.approx(sent * (1 + surplus))
    assert peak(made) == pytest.approx(written_peak(scenario(*stages, last)) * (1 + surplus))


@given(st.lists(WRITTEN, min_size=1, max_size=4), st.floats(0.5, 900))
@settings(max_examples=60, deadline=None)
def test_no_window_holds_more_than_is_said_and_one_holds_as_much(stages, window):
    made = stages_of(scenario(*stages, written(1, 1)))
    ends = made[-1].begins + made[-1].lasts
    most = most_within(made, window)
    tried = [
        arrivals(made, until) - arrivals(made, until - window)
        for until in (ends * step / 400 for step in range(401))
    ]
    assert max(tried) <= most * (1 + 1e-9) + 1e-6
    assert most <= min(arrivals(made), peak(made) * window) * (1 + 1e-9) + 1e-6
    assert max(tried) >= most - peak(made) * ends / 400 - 1e-6


def test_a_ramp_that_turns_is_the_most_around_its_top():
    made = stages_of(scenario(written(0, 10, to=100), written(100, 10, to=0)))
    assert most_within(made, 10) == pytest.approx(750)


def test_stages_have_names_and_warm_ups_are_not_measured():
    made = stages_of(scenario(written(1, 5, warm_up=True), written(2, 5), written(1, 5, warm_up=True)))
    assert [(stage.name, stage.measured) for stage in made] == [
        ("warm-up", False), ("stage-2", True), ("stage-3", False),
    ]  # fmt: skip


def test_a_rate_scales_all_stages_to_it():
    made = stages_of(scenario(written(10, 5, to=100), written(50, 5)), rate=20.0)
    assert [(stage.rate, stage.until) for stage in made] == [
        (pytest.approx(2), pytest.approx(20)), (pytest.approx(10), pytest.approx(10)),
    ]  # fmt: skip


def test_a_step_of_a_search_is_a_warm_up_and_what_is_measured_at_one_rate():
    search = Breakpoint.model_validate({"from": "100/s", "to": "400/s", "each": "20s"})
    made = stages_of(Scenario(name="a", breakpoint=search), rate=150.0, surplus=0.02)
    assert made == (
        Stage(name="warm-up", begins=0, lasts=5, rate=153, until=153, measured=False),
        Stage(name="step", begins=5, lasts=20, rate=153, until=153),
    )
