"""Arrivals are fixed by plan and share: as many, and as spread, as the stages say."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.generator.arrivals import Arrival, Schedule, Share, arrivals
from loadtests.plan import Arrivals, LoadPlan, Stage
from tests.support.load_plans import plan

RAMP = (
    Stage(name="up", begins=0, lasts=2, rate=0, until=100),
    Stage(name="there", begins=2, lasts=1, rate=100, until=100),
    Stage(name="down", begins=3, lasts=2, rate=100, until=0),
)


def all_of(of: int, arrivals_: Arrivals, *stages: Stage, seed: int = 1) -> list[Arrival]:
    course: LoadPlan = plan(stages=stages, arrivals=arrivals_, seed=seed)
    return [arrival for index in range(of) for arrival in arrivals(course, Share(index, of))]


def test_uniform_arrivals_are_even() -> None:
    found = all_of(1, "uniform", Stage(name="a", begins=0, lasts=2, rate=10, until=10))
    assert [arrival.at for arrival in found] == pytest.approx([number / 10 for number in range(20)])
    assert [arrival.number for arrival in found] == list(range(20))


@pytest.mark.parametrize("of", [2, 3, 7])
def test_uniform_arrivals_of_workers_interlace_to_one_stream(of: int) -> None:
    alone = all_of(1, "uniform", *RAMP)
    together = sorted(all_of(of, "uniform", *RAMP), key=lambda arrival: arrival.number)
    assert together == alone


def test_a_ramp_has_as_many_arrivals_as_its_rates_say() -> None:
    found = all_of(1, "uniform", *RAMP)
    assert len(found) == 300
    assert [sum(arrival.stage == stage for arrival in found) for stage in range(3)] == [100, 100, 100]
    first = [arrival.at for arrival in found if arrival.at < 1]
    assert len(first) == 25  # a quarter of the ramp's, in half of its time


def test_stages_may_have_silence_between_them() -> None:
    found = all_of(
        1, "uniform",
        Stage(name="a", begins=0, lasts=1, rate=10, until=10),
        Stage(name="nothing", begins=1, lasts=5, rate=0, until=0),
        Stage(name="b", begins=6, lasts=1, rate=10, until=10),
    )  # fmt: skip
    assert [sum(first <= arrival.at < first + 1 for arrival in found) for first in (0, 3, 6)] == [10, 0, 10]
    assert {arrival.stage for arrival in found} == {0, 2}


def test_poisson_arrivals_are_the_same_for_the_same_seed() -> None:
    stage = Stage(name="a", begins=0, lasts=1, rate=100, until=100)
    assert all_of(2, "poisson", stage) == all_of(2, "poisson", stage)
    assert all_of(2, "poisson", stage) != all_of(2, "poisson", stage, seed=2)


@pytest.mark.parametrize("of", [1, 4])
def test_poisson_arrivals_have_their_mean_and_their_variance(of: int) -> None:
    stages = (Stage(name="a", begins=0, lasts=10, rate=0, until=400),)
    found = all_of(of, "poisson", *stages)
    assert abs(len(found) - 2000) < 4 * 2000**0.5
    late = sum(arrival.at >= 5 for arrival in found)
    assert abs(late - 1500) < 4 * 1500**0.5
    gaps = sorted(arrival.at for arrival in found if arrival.at >= 9)
    spread = [second - first for first, second in itertools.pairwise(gaps)]
    mean = sum(spread) / len(spread)
    deviation = (sum((gap - mean) ** 2 for gap in spread) / len(spread)) ** 0.5
    assert 0.7 < deviation / mean < 1.3  # of even ones 0, of exponential gaps 1


RATES = st.floats(min_value=0, max_value=1000)


@given(st.lists(st.tuples(RATES, RATES, st.floats(min_value=0.5, max_value=100)), min_size=1, max_size=4))
def test_when_so_many_have_been_is_when_the_rates_have_added_up_to_it(
    given_stages: list[tuple[float, float, float]],
) -> None:
    stages, begins = [], 0.0
    for rate, until, lasts in given_stages:
        stages.append(Stage(name="a", begins=begins, lasts=lasts, rate=rate, until=until))
        begins += lasts
    schedule = Schedule(stages)
    before = 0.0
    for tenth in range(10):
        count = schedule.total * tenth / 10
        index, at = schedule.when(count)
        stage = stages[index]
        since = at - stage.begins
        assert 0 <= since <= stage.lasts
        assert at >= before
        before = at
        rate_now = stage.rate + (stage.until - stage.rate) * since / stage.lasts
        been = sum((each.rate + each.until) / 2 * each.lasts for each in stages[:index])
        assert been + (stage.rate + rate_now) / 2 * since == pytest.approx(count, rel=1e-6, abs=1e-6)


def test_the_rate_of_a_moment() -> None:
    schedule = Schedule(RAMP)
    assert [schedule.rate_at(at) for at in (-1, 0, 1, 2.5, 4, 6)] == [0, 0, 50, 100, 50, 0]
    assert [schedule.stage_at(at) for at in (0, 1.9, 2, 4, 99)] == [0, 0, 1, 2, 2]


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=50))
def test_parts_of_a_number_add_up_to_it(total: int, of: int) -> None:
    parts = [Share(index, of).part(total) for index in range(of)]
    assert sum(parts) == total
    assert max(parts) - min(parts) <= 1
