"""Percentiles from the intended start: what the samples show, and what they cannot."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadtests.histogram import Histogram
from loadtests.measured import Series
from loadtests.verdict.excuse import Excuse
from loadtests.verdict.latency import percentile
from loadtests.verdict.model import Holds
from tests.support.load_runs import slower


def times(*parts: tuple[int, float]) -> Histogram:
    """(count, seconds) of each kind; infinity for what failed."""
    whole = Histogram()
    for count, seconds in parts:
        one = Histogram()
        one.record_never() if math.isinf(seconds) else one.record(seconds)
        whole.merge(Histogram.decode([[bucket, count] for bucket, _ in one.encode()]))
    return whole


@pytest.mark.parametrize(
    ("what", "parts", "holds"),
    [
        ("p95", [(10_000, 0.1)], Holds.YES),
        ("p95", [(9_400, 0.02), (600, 0.225)], Holds.NO),
        ("p95", [(9_600, 0.02), (400, 0.225)], Holds.YES),
        # 5 % of 10,000 are 500, give or take 43.
        ("p95", [(9_480, 0.02), (520, 0.225)], Holds.UNDECIDED),
        ("p95", [(9_520, 0.02), (480, 0.225)], Holds.UNDECIDED),
        ("p95", [(95_200, 0.02), (4_800, 0.225)], Holds.YES),
        ("p95", [(9_400, 0.002), (600, math.inf)], Holds.NO),
        ("p99", [(9_400, 0.02), (600, 0.225)], Holds.NO),
        ("p50", [(9_400, 0.02), (600, 0.225)], Holds.YES),
        # One hundred answers say nothing of one in a hundred, however fast they were.
        ("p99", [(100, 0.001)], Holds.UNDECIDED),
        ("p95", [(100, 0.001)], Holds.YES),
        ("p95", [(20, 0.001)], Holds.UNDECIDED),
        ("p95", [(20, 9.0)], Holds.NO),
        # Within the error of a bucket.
        ("p95", [(10_000, 0.2)], Holds.UNDECIDED),
        ("p95", [(10_000, 0.198)], Holds.YES),
        ("p95", [(10_000, 0.202)], Holds.NO),
        ("p95", [], Holds.UNDECIDED),
    ],
)  # fmt: skip
def test_a_percentile_holds_does_not_or_cannot_be_told(what, parts, holds):
    assert percentile(what, "all", 0.2, Series(corrected=times(*parts))).holds is holds


def test_what_was_seen_is_told_with_how_sure_it_is():
    judged = percentile("p95", "all", 0.2, Series(corrected=times((9_400, 0.02), (600, math.inf))))
    assert judged.expected == "at most 200 ms"
    assert judged.observed == "never (10,000 requests)"
    judged = percentile("p95", "all", 0.2, Series(corrected=times((50, 0.02))))
    assert judged.observed == "20 ms, 95 % sure of at least 19.9 ms (50 requests)"
    assert "about 73 requests would" in judged.remedy


def test_a_smoke_run_is_judged_by_its_own_percentile():
    assert percentile("p95", "all", 0.2, Series(corrected=times((20, 0.1))), counted=True).holds is Holds.YES
    assert (
        percentile("p95", "all", 0.2, Series(corrected=times((18, 0.1), (2, 0.3))), counted=True).holds
        is Holds.NO
    )
    assert percentile("p95", "all", 0.2, Series(), counted=True).holds is Holds.UNDECIDED


def series(*parts: tuple[int, float, float]) -> Series:
    """(count, service, lag) of each kind."""
    whole = Series(
        corrected=times(*((count, service + lag) for count, service, lag in parts)),
        service=times(*((count, service) for count, service, _ in parts if not math.isinf(service))),
    )
    whole.intended = whole.sent = whole.corrected.count
    whole.good = whole.service.count
    return whole


LAG = [(970, 0.0001), (30, 0.04)]
"""3 of 100 arrivals are 40 ms late."""


@pytest.mark.parametrize(
    ("parts", "lag", "certain"),
    [
        ([(940, 0.005, 0), (100, 0.6, 0)], LAG, True),
        # A little beyond the limit, but everything else is far from it: 40 ms have moved nothing.
        ([(9_400, 0.005, 0), (600, 0.21, 0)], LAG, True),
        # The same where as many were just in time as the lag may have taken beyond.
        ([(1_400, 0.005, 0), (8_000, 0.19, 0), (600, 0.21, 0)], LAG, False),
        # Without the lag of the beginning they would have been in time.
        ([(900, 0.005, 0), (100, 0.17, 0.04)], LAG, False),
        # A generator that stands still half of the time.
        ([(500, 0.005, 0), (500, 0.4, 0)], [(500, 0.0001), (500, 0.4)], False),
        # A server that stands still, and a generator that is late when it goes on.
        ([(800, 0.005, 0), (200, 1.5, 0)], [(980, 0.0001), (20, 0.3)], True),
        ([(900, 0.005, 0), (100, math.inf, 0)], LAG, True),
    ],
)
def test_a_percentile_fails_beyond_doubt_where_the_lag_cannot_be_why(parts, lag, certain):
    found = series(*parts)
    assert percentile("p95", "all", 0.2, found).holds is Holds.NO
    judged = percentile("p95", "all", 0.2, found, excuse=Excuse(lag=times(*lag)))
    assert judged.holds is (Holds.NO if certain else Holds.UNDECIDED)


def test_requests_that_the_generator_may_have_spoiled_are_taken_off():
    failed = series((9_000, 0.02, 0), (1_000, math.inf, 0))
    assert percentile("p95", "all", 0.2, failed, excuse=Excuse(requests=400)).holds is Holds.NO
    assert percentile("p95", "all", 0.2, failed, excuse=Excuse(requests=900)).holds is Holds.UNDECIDED
    few, late = series((18, 0.02, 0), (2, math.inf, 0)), Excuse(lag=times(*LAG))
    assert percentile("p95", "all", 0.2, few, counted=True, excuse=late).holds is Holds.NO
    spoiled = Excuse(requests=1)
    assert percentile("p95", "all", 0.2, few, counted=True, excuse=spoiled).holds is Holds.UNDECIDED


TIMES = st.lists(
    st.one_of(st.floats(0.001, 1), st.just(math.inf)), min_size=1, max_size=150
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TIMES, st.data(), st.floats(0.0001, 10), st.sampled_from(["p50", "p95", "p99"]))
def test_an_answer_that_is_slower_never_helps(seconds, data, more, what):
    before = times(*((1, one) for one in seconds))
    after = slower(before, data.draw(st.integers(0, len(seconds) - 1)), more)
    order = [Holds.YES, Holds.UNDECIDED, Holds.NO]
    first, then = (percentile(what, "all", 0.2, Series(corrected=one)).holds for one in (before, after))
    assert order.index(then) >= order.index(first)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TIMES, st.integers(1, 150))
def test_an_answer_that_fails_instead_never_helps(seconds, count):
    before = times(*((1, one) for one in seconds))
    failed = [math.inf if at < count else one for at, one in enumerate(sorted(seconds))]
    after = times(*((1, one) for one in failed))
    order = [Holds.YES, Holds.UNDECIDED, Holds.NO]
    first, then = (percentile("p95", "all", 0.2, Series(corrected=one)).holds for one in (before, after))
    assert order.index(then) >= order.index(first)
