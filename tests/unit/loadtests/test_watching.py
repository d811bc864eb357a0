"""Whoever watches a run: what is told of it meanwhile, and what ends it early."""

from __future__ import annotations

import pytest

from loadtests.histogram import Histogram
from loadtests.measured import Live
from loadtests.thresholds import Thresholds
from loadtests.watching import Watchers
from tests.support.load_runs import plan_of

LABELS = {"environment": "shop", "scenario": "steady"}
PLAN = plan_of(10, 20)
STRICT = Thresholds(failures=3)


def live(failed: int) -> Live:
    never = Histogram()
    for _ in range(failed):
        never.record_never()
    return Live(
        at=5, lasts=20, stage="steady", rate=10, sent_rate=10, intended=50, sent=50, good=50 - failed,
        failed=failed, dropped=0, in_flight=0, p95=None, lag_p99=None, workers=1, corrected=never,
    )  # fmt: skip


def test_a_run_that_cannot_pass_any_more_is_ended() -> None:
    with Watchers(LABELS, None, None).of(PLAN, STRICT, 80) as follow:
        assert follow(live(3)) is None
    with Watchers(LABELS, None, None).of(PLAN, STRICT, 80) as follow:
        assert follow(live(4)) == "4 failures already; at most 3 may be"


def test_without_thresholds_nothing_ends_it() -> None:
    with Watchers(LABELS, None, None).of(PLAN, None, 80) as follow:
        assert follow(live(50)) is None


def test_a_line_for_each_stage_is_all_that_a_log_gets(capsys: pytest.CaptureFixture[str]) -> None:
    with Watchers(LABELS, None, None).of(PLAN, None, 80) as follow:
        follow(live(0))
        follow(live(0))
    told = capsys.readouterr()
    assert told.err == "stage steady: 10/s for 20 s\n"
    assert told.out == ""
