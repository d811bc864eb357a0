"""What a plan offers, and where it offers enough."""

from __future__ import annotations

import pytest

from loadtests.verdict.offered import Steps, arrivals, peak, stretches
from tests.support.load_runs import plan_of, stage

RAMP = plan_of(
    stages=(
        stage(100, name="warm-up", lasts=5, measured=False),
        stage(100, 1100, name="up", begins=5, lasts=50),
        stage(1100, name="top", begins=55, lasts=30),
        stage(1100, 100, name="down", begins=85, lasts=50),
    )
)


def test_a_ramp_offers_a_rate_from_where_it_has_reached_it_until_it_has_left_it():
    assert stretches(RAMP, 1000) == [(50, 90)]
    assert stretches(RAMP, 100) == [(5, 135)]
    assert stretches(RAMP, 1100) == [(55, 85)]
    assert stretches(RAMP, 1101) == []


def test_a_warm_up_offers_nothing():
    assert arrivals(RAMP) == 600 * 50 + 1100 * 30 + 600 * 50
    assert arrivals(RAMP, 0, 5) == 0
    assert peak(RAMP) == 1100


def test_part_of_a_ramp_is_counted_by_its_slope():
    assert arrivals(RAMP, 5, 15) == pytest.approx(2000)
    assert arrivals(RAMP, 50, 60) == pytest.approx(5 * 1050 + 5 * 1100)


def test_two_peaks_are_two_stretches():
    plan = plan_of(
        stages=(
            stage(200, name="a", begins=0, lasts=10),
            stage(100, name="b", begins=10, lasts=10),
            stage(200, name="c", begins=20, lasts=10),
        )
    )
    assert stretches(plan, 150) == [(0, 10), (20, 30)]


def test_seconds_are_whole_ones():
    assert stretches(plan_of(stages=(stage(100, begins=0.5, lasts=12.2),)), 100) == [(1, 12)]


def test_journeys_offer_more_requests_than_arrivals():
    plan = plan_of(100, steps=(1, 5))
    assert Steps.of(plan) == Steps(mean=3, square=13, most=5)
    assert stretches(plan, 300) == [(0, 20)]
    assert stretches(plan, 301) == []
