"""Times in a histogram: as exact as it says, and merged without loss in any order."""

from __future__ import annotations

import json
import math
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadtests.histogram import LEAST, RELATIVE_ERROR, Histogram

TIMES = st.lists(st.one_of(st.floats(LEAST, 1e4), st.just(math.inf)), max_size=80)
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def of(times: list[float]) -> Histogram:
    histogram = Histogram()
    for time in times:
        histogram.record_never() if math.isinf(time) else histogram.record(time)
    return histogram


def test_the_error_is_less_than_half_a_percent():
    assert RELATIVE_ERROR <= 0.005


@PATIENT
@given(st.floats(LEAST, 1e5))
def test_a_time_is_told_within_the_error(time):
    told = of([time]).quantile(1)
    assert told is not None
    assert abs(told - time) <= RELATIVE_ERROR * time * (1 + 1e-9)


@PATIENT
@given(TIMES.filter(bool), st.sampled_from([0.01, 0.5, 0.9, 0.95, 0.99, 1.0]))
def test_a_quantile_is_the_nearest_rank_within_the_error(times, share):
    exact = sorted(times)[max(math.ceil(share * len(times) - 1e-9), 1) - 1]
    told = of(times).quantile(share)
    assert told == exact if math.isinf(exact) else told == pytest.approx(exact, rel=RELATIVE_ERROR * 1.001)


@PATIENT
@given(TIMES, st.integers(1, 5), st.randoms(use_true_random=False))
def test_parts_merged_in_any_order_are_the_whole(times, workers, chance):
    parts = [of(times[number::workers]) for number in range(workers)]
    chance.shuffle(parts)
    merged = Histogram()
    for part in parts:
        merged.merge(Histogram.decode(json.loads(json.dumps(part.encode()))))
    assert merged == of(times)
    assert merged.count == len(times)
    assert merged.never == times.count(math.inf)


@PATIENT
@given(TIMES, st.floats(LEAST, 1e4))
def test_what_is_above_and_what_is_not_is_everything(times, limit):
    sure = sum(time > limit * (1 + 2 * RELATIVE_ERROR) for time in times)
    possible = sum(time > limit * (1 - 2 * RELATIVE_ERROR) for time in times)
    assert sure <= of(times).above(limit) <= possible


def test_neighbouring_buckets_leave_no_gap_at_powers_of_two():
    told = [of([2.0**-7 * (1 + step / 1000)]).quantile(1) for step in range(-20, 20)]
    assert told == sorted(told)
    assert len(set(told)) < 20


def test_no_data_has_no_quantile():
    assert Histogram().quantile(0.95) is None
    assert Histogram().mean() is None
    assert of([math.inf]).quantile(0.5) == math.inf
    assert of([math.inf]).mean() is None


def test_what_is_too_short_counts_as_the_shortest():
    assert of([0.0, -1.0, 1e-9]).quantile(1) == pytest.approx(LEAST, rel=RELATIVE_ERROR)


def test_failures_can_be_taken_off():
    histogram = of([0.1, math.inf, math.inf])
    histogram.forget_never(1)
    assert (histogram.count, histogram.never) == (2, 1)
    histogram.forget_never(5)
    assert histogram == of([0.1])


def test_a_mean_is_of_those_that_ended():
    assert of([0.1, 0.3, math.inf]).mean() == pytest.approx(0.2, rel=RELATIVE_ERROR)


@pytest.mark.parametrize("pairs", [[[1, -1]], [["a", 1]], [[1, 1.5]], [[1]], [3], 3, None])
def test_what_is_no_histogram_is_refused(pairs):
    with pytest.raises(ValueError, match=r"pairs|unpack"):
        Histogram.decode(pairs)


def test_a_million_times_take_few_buckets():
    chance = random.Random(5)
    histogram = of([chance.lognormvariate(-4, 1) for _ in range(20_000)])
    assert len(histogram.encode()) < 1500
