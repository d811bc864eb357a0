"""How many keys a load must be spread over: computed, and held against arrivals one by one."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.plan import Stage
from loadtests.scenario.budget import Demand, counted

DEMANDS = st.builds(
    lambda limit, allowed, sent, mean, spread, most, uneven: Demand(
        bucket="b", limit=limit, window=60, allowed=min(allowed, limit), arrivals=sent, mean=mean,
        variance=spread, most=most, uneven=uneven,
    ),
    st.integers(1, 1000), st.integers(0, 1000), st.floats(1, 1e6), st.floats(0.01, 3), st.floats(0, 2),
    st.integers(1, 5), st.integers(1, 8),
)  # fmt: skip


def demand(**changes: float) -> Demand:
    values = {
        "limit": 100, "window": 60, "allowed": 100, "arrivals": 61_200.0, "mean": 1, "variance": 0, "most": 1,
        "uneven": 2,
    }  # fmt: skip
    return Demand(bucket="load-balancer client", **{**values, **changes})  # type: ignore[arg-type]


@given(DEMANDS)
@settings(max_examples=100, deadline=None)
def test_what_is_needed_fits_and_one_less_does_not(each):
    needed = each.needed()
    if needed is None:
        assert not each.fits(1 << 40)
        return
    assert each.fits(needed)
    assert needed == 1 or not each.fits(needed - 1)


@given(DEMANDS, st.integers(1, 5000))
@settings(max_examples=100, deadline=None)
def test_the_part_that_fits_is_the_most_that_does(each, keys):
    part = each.part(keys)
    assert 0 <= part <= 1
    assert part == 0 or each.fits(keys, part)
    assert part == 1 or not each.fits(keys, part + 1e-6)


def test_a_thousand_a_second_for_a_minute_by_a_limit_of_a_hundred():
    assert demand().needed() == 625  # 61,200 / 625 = 97.9, and two more as turns are uneven at the ends


def test_where_a_single_request_is_too_much_no_number_is_enough():
    assert demand(allowed=0).needed() is None
    assert demand(allowed=0).part(1000) == 0


def test_few_requests_of_a_small_budget_fit_where_it_is_rare_that_they_meet():
    few = demand(limit=5, allowed=2, arrivals=10.0, uneven=8)
    needed = few.needed()
    assert needed is not None
    assert 1000 < needed < 50_000


def test_arrivals_at_random_want_a_little_more_room():
    stages = (Stage(name="a", begins=0, lasts=600, rate=100, until=100),)
    assert counted(stages, 60, 60, at_random=False) == 6000
    assert counted(stages, 60, 60, at_random=True) == pytest.approx(6000 + 5 * (8 * 6000) ** 0.5)


def test_a_limiter_that_remembers_for_two_periods_counts_an_even_rate_once():
    stages = (Stage(name="a", begins=0, lasts=600, rate=100, until=100),)
    assert counted(stages, 60, 120, at_random=False) == 6000
    short = (Stage(name="a", begins=0, lasts=15, rate=100, until=100),)
    assert counted(short, 60, 120, at_random=False) == 1500


@pytest.mark.parametrize(("chance", "workers"), [(1, 1), (2, 3), (3, 8)])
def test_no_key_takes_more_than_was_said_of_arrivals_at_random_in_turn(chance, workers):
    """Against HAProxy's own count (the current period, and of the one before what is left) and a fixed
    window's, with a mix at random and workers that take turns at the same addresses."""
    numbers = random.Random(chance)
    stages = (
        Stage(name="up", begins=0, lasts=30, rate=20, until=120),
        Stage(name="top", begins=30, lasts=150, rate=120, until=120),
    )
    share, window, limit = 0.25, 30.0, 40
    sent = counted(stages, window, window, at_random=True)
    front = demand(limit=limit, allowed=limit, window=window, arrivals=sent, uneven=8)
    inner = demand(
        limit=30, allowed=30, window=window, arrivals=sent, mean=share, variance=share * (1 - share), uneven=8
    )
    keys = max(front.needed() or 0, inner.needed() or 0)
    all_of: dict[int, list[float]] = defaultdict(list)
    some_of: dict[int, list[float]] = defaultdict(list)
    turns = list(range(workers))
    for moment in _at_random(stages, numbers):
        worker = numbers.randrange(workers)
        key, turns[worker] = turns[worker] % keys, turns[worker] + workers
        all_of[key].append(moment)
        if numbers.random() < share:
            some_of[key].append(moment)
    assert max(_sliding(moments, window) for moments in all_of.values()) <= limit
    assert max(_fixed(moments, window) for moments in some_of.values()) <= 30
    assert keys < 2 * 120 * window / limit  # and it is not far more than an even spread would need


def _at_random(stages: tuple[Stage, ...], numbers: random.Random) -> list[float]:
    """A Poisson stream of the stages' rates, thinned from one of the highest."""
    highest, ends, moment = 120.0, 180.0, 0.0
    moments = []
    while (moment := moment + numbers.expovariate(highest)) < ends:
        rate = 20 + (120 - 20) * moment / 30 if moment < 30 else 120
        if numbers.random() * highest < rate:
            moments.append(moment)
    return moments


def _sliding(moments: list[float], window: float) -> float:
    """The most that HAProxy counts, its periods beginning anywhere: told at each arrival."""
    most = 0.0
    for offset in (0.0, window / 3, window / 2):
        for index, moment in enumerate(moments):
            begins = (moment - offset) // window * window + offset
            current = index + 1 - bisect_right(moments, begins)
            before = bisect_right(moments, begins) - bisect_right(moments, begins - window)
            most = max(most, current + before * (1 - (moment - begins) / window))
    return most


def _fixed(moments: list[float], window: float) -> int:
    counts: dict[float, int] = defaultdict(int)
    for moment in moments:
        counts[moment // window] += 1
    return max(counts.values(), default=0)
