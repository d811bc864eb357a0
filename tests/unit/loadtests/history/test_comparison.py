"""A regression is caught, and what differs from run to run anyway is none."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadtests.history.comparison import Comparison, Past, regressed, with_regression
from loadtests.verdict.model import Holds, Outcome, Quantiles, Times, Verdict


def verdict(p95: float | None, outcome: Outcome = Outcome.PASS) -> Verdict:
    quantiles = Quantiles(count=1000, p50=0.01, p95=p95, p99=1.0)
    times = Times(where="all", corrected=quantiles, service=quantiles)
    return Verdict(outcome=outcome, because="all 3 thresholds hold", times=(times,))


def past(*p95s: float) -> tuple[Past, ...]:
    return tuple(Past(run=f"r{number}", p95=p95) for number, p95 in enumerate(p95s))


QUIET = past(0.100, 0.101, 0.099, 0.102, 0.100, 0.098, 0.101)


@pytest.mark.parametrize(
    ("p95", "earlier", "slower"),
    [
        (0.120, QUIET, True),
        (0.111, QUIET, True),
        (0.109, QUIET, False),
        (0.080, QUIET, False),
        (math.inf, QUIET, True),
        # One odd night moves nothing.
        (0.120, past(0.100, 0.101, 0.400, 0.102, 0.100, 0.098, 0.101), True),
        # Where nights differ by a fifth, a fifth is nothing.
        (0.120, past(0.100, 0.120, 0.085, 0.110, 0.095, 0.115, 0.090), False),
        (0.160, past(0.100, 0.120, 0.085, 0.110, 0.095, 0.115, 0.090), True),
        # Only the last seven count.
        (0.120, (*past(*[0.100] * 7), *past(*[0.200] * 50)), True),
        # A quarter of a millisecond is nothing either.
        (0.00125, past(0.001, 0.001, 0.001), False),
        (0.0016, past(0.001, 0.001, 0.001), True),
    ],
)
def test_a_shift_beyond_ten_percent_and_beyond_noise_is_a_regression(p95, earlier, slower):
    comparison = regressed(verdict(p95), earlier)
    assert comparison.slower is slower
    assert comparison.median is not None
    judged = with_regression(verdict(p95), comparison)
    assert judged.outcome is (Outcome.FAIL if slower else Outcome.PASS)
    assert judged.judgements[-1].what == "regression"
    assert judged.judgements[-1].holds is (Holds.NO if slower else Holds.YES)


def halves(*p50s: float) -> tuple[Past, ...]:
    """Runs whose p95 tell nothing, since they differ by much."""
    return tuple(
        Past(run=f"r{number}", p95=0.1 + number % 3 * 0.05, p50=p50) for number, p50 in enumerate(p50s)
    )


@pytest.mark.parametrize(
    ("earlier", "slower"),
    [
        (halves(0.0083, 0.0084, 0.0083), True),
        (halves(0.0095, 0.0095, 0.0096), False),
        # Where they differ by a fifth, too, a fifth is nothing.
        (halves(0.007, 0.0083, 0.0096), False),
        # Runs of before, which tell none.
        ((*halves(0.0083, 0.0084), Past(run="old", p95=0.15)), False),
    ],
)
def test_where_p95s_differ_by_much_the_median_of_times_tells(earlier, slower):
    comparison = regressed(verdict(0.15), earlier)
    assert comparison.slower is slower
    assert ("p50 10 ms, 20% above" in comparison.told) is slower
    judged = with_regression(verdict(0.15), comparison)
    assert judged.outcome is (Outcome.FAIL if slower else Outcome.PASS)


def test_it_is_told_though_the_slo_still_holds():
    comparison = regressed(verdict(0.120), QUIET)
    judged = with_regression(verdict(0.120), comparison)
    assert comparison.told == (
        "p95 120 ms, 20% above the median of 7 comparable runs, 100 ms; at most 110 ms"
    )
    assert judged.because == f"regression: {comparison.told}; the thresholds hold"
    assert "accept" in judged.judgements[-1].remedy


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_runs_are_no_baseline(count):
    comparison = regressed(verdict(9.0), past(*[0.1] * count))
    assert comparison.told.startswith("no baseline yet: ")
    assert with_regression(verdict(9.0), comparison) == verdict(9.0)


@pytest.mark.parametrize("earlier", [QUIET, ()])
def test_what_is_invalid_or_has_no_p95_is_not_compared(earlier):
    invalid = verdict(9.0, Outcome.INVALID)
    assert "INVALID" in regressed(invalid, earlier).told
    assert with_regression(invalid, regressed(invalid, earlier)) == invalid
    searched = Verdict(outcome=Outcome.PASS, because="1,000/s holds")
    assert with_regression(searched, regressed(searched, earlier)) == searched


def test_a_run_that_fails_its_slo_keeps_its_own_cause():
    failing = verdict(9.0, Outcome.FAIL)
    judged = with_regression(failing, regressed(failing, QUIET))
    assert (judged.outcome, judged.because) == (failing.outcome, failing.because)
    assert judged.judgements[-1].holds is Holds.NO


@pytest.mark.parametrize("runs", [3, 5, 7])
def test_a_fifth_is_caught_and_noise_is_not_with_figures_as_nights_have_them(runs):
    """Nights whose p95 differs by 3 % (a standard deviation)."""
    chance, tries = random.Random(3), 400

    def night() -> float:
        return 0.1 * chance.gauss(1, 0.03)

    caught = sum(
        regressed(verdict(1.2 * night()), past(*[night() for _ in range(runs)])).slower for _ in range(tries)
    )
    false = sum(
        regressed(verdict(night()), past(*[night() for _ in range(runs)])).slower for _ in range(tries)
    )
    assert caught / tries > 0.9
    assert false / tries < 0.02


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(0.001, 2), min_size=3, max_size=9), st.floats(0.001, 3), st.floats(0, 3))
def test_slower_is_never_better(earlier, p95, more):
    baseline = past(*earlier)
    if regressed(verdict(p95), baseline).slower:
        assert regressed(verdict(p95 + more), baseline).slower


@settings(deadline=None)
@given(st.permutations([0.1, 0.11, 0.09, 0.105, 0.2, 0.095, 0.1]))
def test_the_order_of_the_baseline_does_not_matter(earlier):
    def figures(comparison: Comparison) -> tuple[float | None, bool]:
        return comparison.limit, comparison.slower

    assert figures(regressed(verdict(0.12), past(*earlier))) == figures(
        regressed(verdict(0.12), past(*sorted(earlier)))
    )
