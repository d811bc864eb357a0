"""The highest rate that holds: by steps and bisection, with what cannot be measured told as such."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadtests.thresholds import Thresholds
from loadtests.verdict.model import Outcome
from loadtests.verdict.search import Found, Ladder, Step, at_rate, concluded, search

P, F, I = Outcome.PASS, Outcome.FAIL, Outcome.INVALID  # noqa: E741
LADDER = Ladder(first=200, step=200, most=2000)


def run(says: Callable[[float, int], Outcome], ladder: Ladder = LADDER) -> tuple[list[Step], Found]:
    """The whole search against a stack; `says` gets the rate and how often it was tried before."""
    history: list[Step] = []
    while len(history) < 60:
        found = search(history, ladder)
        if isinstance(found, Found):
            return history, found
        tried = sum(step.rate == found for step in history)
        history.append(Step(rate=found, outcome=says(found, tried), because="why"))
    raise AssertionError(f"no end: {[step.rate for step in history]}")


def upto(limit: float) -> Callable[[float, int], Outcome]:
    return lambda rate, _: P if rate <= limit else F


def test_it_goes_up_by_steps_then_halves_what_is_between():
    history, found = run(upto(730))
    assert [step.rate for step in history] == [200, 400, 600, 800, 700, 750, 725]
    assert found == Found(holds=725, bound=750, bound_outcome=F, because="why")


def test_steps_may_be_a_factor():
    history, _ = run(upto(10_000), Ladder(first=200, factor=2, most=1500))
    assert [step.rate for step in history] == [200, 400, 800, 1500]


def test_where_the_highest_holds_there_is_no_bound():
    history, found = run(upto(10_000), Ladder(first=500, step=500, most=1200))
    assert [step.rate for step in history] == [500, 1000, 1200]
    assert found == Found(holds=1200, bound=None)


def test_where_nothing_holds_it_ends_and_says_so():
    history, found = run(upto(0))
    assert found.holds is None
    assert found.bound_outcome is F
    assert len(history) < 10
    assert min(step.rate for step in history) >= 200 / 32


def test_where_the_first_fails_it_looks_below():
    _, found = run(upto(130))
    assert found.holds is not None
    assert 120 <= found.holds <= 130


def test_an_invalid_run_is_repeated_once():
    history, found = run(lambda rate, tried: I if rate == 400 and not tried else upto(730)(rate, tried))
    assert [step.rate for step in history] == [200, 400, 400, 600, 800, 700, 750, 725]
    assert found.bound_outcome is F


def test_what_stays_invalid_bounds_the_search_and_is_not_called_a_failure():
    history, found = run(lambda rate, _: I if rate > 900 else P)
    assert [step.rate for step in history].count(1000) == 2
    assert found.bound_outcome is I
    assert found.holds is not None
    assert found.holds <= 900


def test_a_rate_that_holds_above_one_that_fails_is_not_believed():
    history = [Step(rate=rate, outcome=outcome) for rate, outcome in [(200, P), (400, F), (600, P), (300, P)]]
    history += [Step(rate=390, outcome=P)]
    found = search(history, LADDER)
    assert found == Found(holds=390, bound=400, bound_outcome=F)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(1, 3000), st.floats(1, 500), st.floats(100, 900), st.floats(0.01, 0.3))
def test_it_ends_with_what_holds_and_what_does_not_close_together(limit, first, step, tolerance):
    ladder = Ladder(first=first, step=step, most=max(2000, first), tolerance=tolerance)
    _, found = run(upto(limit), ladder)
    assert found.holds is None or found.holds <= limit
    assert found.bound is None or found.bound > limit
    if found.holds is not None and found.bound is not None:
        assert found.bound - found.holds <= max(tolerance, 0.011) * found.bound


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(100, 3000), st.data())
def test_invalid_runs_never_raise_what_is_said_to_hold(limit, data):
    def says(rate: float, tried: int) -> Outcome:
        return I if data.draw(st.booleans()) else upto(limit)(rate, tried)

    _, found = run(says)
    assert found.holds is None or found.holds <= limit


@pytest.mark.parametrize(
    ("found", "target", "outcome", "because"),
    [
        (
            Found(holds=1200, bound=1250, bound_outcome=F), 1000, P,
            "1,200/s holds, 1,250/s does not; at least 1,000/s",
        ),
        (Found(holds=1200, bound=1250, bound_outcome=F), None, P, None),
        (Found(holds=900, bound=950, bound_outcome=F), 1000, F, None),
        (
            Found(holds=900, bound=950, bound_outcome=I), 1000, I,
            "900/s holds; 950/s could not be measured; at least 1,000/s",
        ),
        (
            Found(holds=None, bound=10, bound_outcome=F), None, F,
            "no rate holds, 10/s does not; a rate that holds",
        ),
        (Found(holds=2000, bound=None), 1000, P, None),
        (Found(holds=500, bound=None), 1000, I, None),
        (Found(holds=None, bound=10, bound_outcome=I), None, I, None),
    ],
)  # fmt: skip
def test_the_verdict_of_a_search(found, target, outcome, because):
    verdict = concluded(found, target)
    assert verdict.outcome is outcome
    assert because is None or verdict.because == because
    assert (outcome is I) is bool(verdict.reasons)


def test_a_step_is_to_serve_its_own_rate():
    thresholds = Thresholds(throughput=1000, p95=0.2)
    assert at_rate(thresholds, 700) == Thresholds(throughput=700, p95=0.2)
    assert at_rate(thresholds, 700, requests=3).throughput == 2100
