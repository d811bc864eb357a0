"""A run is ended early only where nothing could make it pass any more."""

from __future__ import annotations

import math

import pytest

from loadtests.histogram import Histogram
from loadtests.measured import Live
from loadtests.plan import LoadPlan
from loadtests.thresholds import Thresholds
from loadtests.verdict.hopeless import Hope, hopeless
from tests.support.load_runs import plan_of, stage

PLAN = plan_of(100, 100)
"""10,000 requests."""


def lives(*seconds: tuple[int, float]) -> list[Live]:
    """Lines of a run, each with so many more requests that took so long; infinity: failed."""
    found, intended, failed = [], 0, 0
    for at, (count, took) in enumerate(seconds, 1):
        one = Histogram()
        one.record_never() if math.isinf(took) else one.record(took)
        intended += count
        failed += count * math.isinf(took)
        found.append(
            Live(
                at=at, lasts=100, stage="steady", rate=100, sent_rate=100, intended=intended, sent=intended,
                good=intended - failed, failed=failed, dropped=0, in_flight=0, p95=took, lag_p99=0.001,
                workers=1, corrected=Histogram.decode([[bucket, count] for bucket, _ in one.encode()]),
            )
        )  # fmt: skip
    return found


WELL, SLOW, BAD = (100, 0.02), (100, 0.5), (100, math.inf)


@pytest.mark.parametrize(
    ("thresholds", "seconds", "ended"),
    [
        (Thresholds(p95=0.2, error_rate=0.01), [WELL] * 50, False),
        # 500 of 10,000 may be slow, and 43 more before that is sure.
        (Thresholds(p95=0.2), [SLOW] * 5, False),
        (Thresholds(p95=0.2), [SLOW] * 6, True),
        (Thresholds(p95=0.2), [WELL] * 50 + [SLOW] * 5, False),
        (Thresholds(p95=0.2), [BAD] * 6, True),
        (Thresholds(p99=0.2), [SLOW] * 2, True),
        (Thresholds(p50=0.2), [SLOW] * 49, False),
        (Thresholds(p50=0.2), [SLOW] * 52, True),
        (Thresholds(error_rate=0.01), [BAD], False),
        (Thresholds(error_rate=0.01), [BAD] * 2, True),
        (Thresholds(error_rate=0.05), [BAD] * 5, False),
        (Thresholds(failures=0), [WELL, (1, math.inf)], True),
        (Thresholds(failures=1), [WELL, (1, math.inf)], False),
        (Thresholds(throughput=100), [BAD] * 20, False),
        (Thresholds(), [BAD] * 50, False),
    ],
)  # fmt: skip
def test_a_run_is_ended_where_it_cannot_pass_any_more_and_not_before(thresholds, seconds, ended):
    reason = hopeless(lives(*seconds), PLAN, thresholds)
    assert (reason is not None) is ended, reason


def test_the_reason_has_the_figures():
    assert hopeless(lives(*[SLOW] * 6), PLAN, Thresholds(p95=0.2)) == (
        "600 requests beyond 200 ms already, 6 % of all 10,001 of the whole run;"
        " for the p95 at most 5 % may be"
    )
    assert hopeless(lives(*[BAD] * 2), PLAN, Thresholds(error_rate=0.01)) == (
        "200 failures already, 2 % of all 10,001 requests of the whole run; at most 1 % may be"
    )


def test_dropped_ones_count_also_where_no_time_says_so():
    (live,) = lives(WELL)
    live.dropped = 3
    assert hopeless([live], PLAN, Thresholds(failures=2)) == "3 failures already; at most 2 may be"


def test_a_longer_run_has_more_hope():
    def ended(plan: LoadPlan) -> bool:
        return hopeless(lives(*[SLOW] * 8), plan, Thresholds(p95=0.2)) is not None

    assert ended(PLAN)
    assert not ended(plan_of(100, 200))
    assert not ended(plan_of(100, 100, steps=(1, 5)))
    assert ended(plan_of(stages=(stage(100, lasts=100), stage(900, begins=100, lasts=99, measured=False))))


def test_poisson_arrivals_may_be_more_than_planned():
    plan = plan_of(100, 100, arrivals="poisson")
    assert hopeless(lives(*[(100, 0.5)] * 5, (46, 0.5)), PLAN, Thresholds(p95=0.2))
    assert not hopeless(lives(*[(100, 0.5)] * 5, (46, 0.5)), plan, Thresholds(p95=0.2))


def test_seen_second_by_second_it_says_so_as_soon_as_it_is_so():
    hope = Hope(PLAN, Thresholds(p95=0.2))
    said = [hope.see(live) is not None for live in lives(*[SLOW] * 8)]
    assert said == [False] * 5 + [True] * 3
