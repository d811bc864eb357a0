"""Failures: by an interval where there are many requests, by counting where there are few."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadtests.measured import Series
from loadtests.verdict.excuse import Excuse
from loadtests.verdict.failures import error_rate, failures
from loadtests.verdict.model import Holds


def series(total: int, bad: int, **kinds: int) -> Series:
    return Series(intended=total, sent=total, good=total - bad, failures=kinds or {"503": bad} if bad else {})


@pytest.mark.parametrize(
    ("total", "bad", "limit", "holds"),
    [
        (60_000, 0, 0.001, Holds.YES),
        (60_000, 40, 0.001, Holds.YES),
        (60_000, 60, 0.001, Holds.UNDECIDED),
        (60_000, 90, 0.001, Holds.NO),
        (60_000, 600, 0.001, Holds.NO),
        # What 3,000 requests without a failure cannot prove.
        (3_000, 0, 0.001, Holds.UNDECIDED),
        (4_000, 0, 0.001, Holds.YES),
        (10, 10, 0.001, Holds.NO),
        (0, 0, 0.001, Holds.UNDECIDED),
        # None at all: a count.
        (100, 0, 0.0, Holds.YES),
        (100_000, 1, 0.0, Holds.NO),
        (100, 100, 1.0, Holds.YES),
    ],
)
def test_an_error_rate_is_judged_by_its_interval(total, bad, limit, holds):
    assert error_rate("all", limit, series(total, bad)).holds is holds


def test_what_cannot_be_told_says_how_many_requests_would():
    judged = error_rate("all", 0.001, series(3_000, 0))
    assert judged.remedy == "cannot be told from 3,000 requests; about 3,900 are needed"
    judged = error_rate("all", 0.001, series(60_000, 60))
    assert judged.remedy == "cannot be told: repeat the run, longer"


def test_failures_are_told_by_kind_and_what_was_dropped_is_one():
    found = series(1_000, 120, **{"503": 60, "timeout": 20, "body": 19, "reset": 1})
    found = found.model_copy(update={"sent": 980})
    observed = error_rate("all", 0.001, found).observed
    assert observed == (
        "12 %, 95 % sure of 10.1 % to 14.2 % (120 of 1,000 requests: 503 60x, dropped 20x, timeout 20x, …)"
    )


def test_a_smoke_run_counts():
    assert failures("all", 0, series(20, 0)).holds is Holds.YES
    assert failures("all", 0, series(20, 1)).holds is Holds.NO
    assert failures("all", 1, series(20, 1)).holds is Holds.YES
    assert failures("all", 0, Series()).holds is Holds.UNDECIDED


def test_what_the_generator_may_have_spoiled_is_taken_off():
    bad = series(10_000, 200)
    assert error_rate("all", 0.001, bad, excuse=Excuse(requests=100)).holds is Holds.NO
    assert error_rate("all", 0.001, bad, excuse=Excuse(requests=200)).holds is Holds.YES
    assert failures("all", 0, bad, excuse=Excuse(requests=199)).holds is Holds.NO


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 20_000), st.data(), st.sampled_from([0.0, 0.0005, 0.001, 0.01, 0.5]))
def test_one_failure_more_never_helps(total, data, limit):
    bad = data.draw(st.integers(0, total - 1))
    order = [Holds.YES, Holds.UNDECIDED, Holds.NO]
    first, then = (error_rate("all", limit, series(total, count)).holds for count in (bad, bad + 1))
    assert order.index(then) >= order.index(first)
