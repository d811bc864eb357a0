"""What so many samples allow to say, against published figures and against counting it out."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from itertools import accumulate

import pytest

from loadtests.verdict.intervals import Z, needed, ranks, wilson


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        # Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_the_published_one(hits, total, low, high):
    assert wilson(hits, total) == pytest.approx((low, high), abs=5e-5)


def test_wilsons_interval_ends_exactly_where_a_share_does():
    assert wilson(0, 50)[0] == 0
    assert wilson(50, 50)[1] == 1
    assert wilson(0, 0) == (0, 1)


def test_no_failure_of_three_thousand_does_not_prove_less_than_one_in_a_thousand():
    assert wilson(0, 3000)[1] > 0.001
    assert wilson(0, 4000)[1] < 0.001


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
@pytest.mark.parametrize("total", [1, 5, 72, 73, 100, 999, 20_000])
def test_ranks_are_those_of_the_binomial_distribution(share, total):
    lower, upper = ranks(share, total)
    chances = [
        math.exp(
            math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1)
            + k * math.log(share) + (total - k) * math.log(1 - share)
        )
        for k in range(total + 1)
    ]  # fmt: skip
    below = list(accumulate(chances))
    assert lower == bisect_right(below, 0.025)
    assert upper == next(k for k, chance in enumerate(below) if chance >= 0.975) + 1


def test_so_few_samples_have_no_upper_bound_of_a_p95():
    assert ranks(0.95, 71)[1] == 72
    assert ranks(0.95, 72)[1] == 72


def test_a_million_samples_are_as_the_normal_distribution_has_them():
    lower, upper = ranks(0.95, 1_000_000)
    spread = Z * math.sqrt(1_000_000 * 0.95 * 0.05)
    assert lower == pytest.approx(950_000 - spread, abs=2)
    assert upper == pytest.approx(950_000 + spread, abs=2)


def test_the_interval_holds_the_quantile_as_often_as_it_says():
    chance, held, runs, total = random.Random(7), 0, 400, 200
    lower, upper = ranks(0.95, total)
    for _ in range(runs):
        times = sorted(chance.expovariate(1) for _ in range(total))
        held += times[lower - 1] <= -math.log(0.05) <= (times[upper - 1] if upper <= total else math.inf)
    assert held / runs >= 0.93


def test_what_is_needed_to_tell_no_failure_from_one_in_a_thousand():
    count = needed(0.0, 0.001)
    assert count == 3900
    assert wilson(0, count)[1] < 0.001 < wilson(0, int(count * 0.95))[1]


def test_nothing_tells_a_share_from_itself():
    assert needed(0.05, 0.05) is None
