"""PASS, FAIL or INVALID: docs/load-verdict.md's table, row by row."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadtests.measured import CUT_OFF, Measured, Series
from loadtests.plan import Entry, LoadPlan, Request
from loadtests.thresholds import Limits, Thresholds
from loadtests.verdict.judge import judge
from loadtests.verdict.model import Flaw, Outcome, Verdict
from tests.support.load_runs import ROUTE, Answer, measured, plan_of, slower, stage

TABLE = Path(__file__).parents[4] / "docs" / "load-verdict.md"
SLO = Thresholds(throughput=100, p95=0.2, error_rate=0.01)
PLAN = plan_of(102, 20)
UNASKED = Entry(
    name="e2", weight=1, requests=(Request(name="GET /api/other", method="GET", path="/api/other"),)
)


def frozen(when: float) -> Answer:
    """Two seconds in ten the server stands still; what waits is answered when it goes on."""
    left = 2 - when % 10
    return Answer(took=max(left, 0.0) + 0.02)


def sometimes(share: float, odd: Answer, well: Answer | None = None) -> Callable[[float], Answer]:
    """A share of answers is odd: always the same ones."""
    return lambda when: odd if random.Random(when).random() < share else well or Answer()


@dataclass(frozen=True, eq=False)
class Row:
    """A row of the table."""

    outcome: Outcome
    first: str
    """What is told first: a threshold that does not hold, or a flaw of the run."""
    stack: Callable[[float], Answer] = lambda _: Answer()
    change: Callable[[Measured], object] = lambda _: None
    thresholds: Thresholds = SLO
    plan: LoadPlan = PLAN
    workers: int = 2


def lose(found: Measured) -> None:
    """The last worker is killed: what it had since its last report is gone."""
    found.workers[-1].lost = True


def abort(found: Measured) -> None:
    found.interrupted = "aborted: 300 failures already"


def interrupt(found: Measured) -> None:
    found.interrupted = "interrupted"


def leave_out(found: Measured) -> None:
    found.workers = found.workers[:-1]


def forget(found: Measured) -> None:
    """The slowest samples are lost at the end."""
    found.workers[0].done -= 3


def break_down(found: Measured) -> None:
    found.generator = "MemoryError"


LATE = Answer(lag=0.06)
ROWS: dict[str, Row] = {
    "healthy": Row(Outcome.PASS, "all 3 thresholds hold"),
    "freezes": Row(Outcome.FAIL, "p95", frozen),
    "slow-answers": Row(Outcome.FAIL, "p95", sometimes(0.08, Answer(took=0.225))),
    "errors": Row(Outcome.FAIL, "error-rate", sometimes(0.03, Answer(kind="failed"))),
    "fast-503": Row(Outcome.FAIL, "error-rate", sometimes(0.96, Answer(0.001, "failed"))),
    "dropped-connections": Row(
        Outcome.FAIL, "error-rate", sometimes(0.03, Answer(kind="failed", why="connection reset"))
    ),
    "no-answer": Row(Outcome.FAIL, "error-rate", lambda _: Answer(kind="timeout")),
    "crowded-out": Row(
        Outcome.FAIL, "error-rate", lambda when: Answer(kind="timeout" if when < 10 else "dropped")
    ),
    "fails-and-undecided": Row(
        Outcome.FAIL, "error-rate", sometimes(0.03, Answer(kind="failed")),
        thresholds=Thresholds(error_rate=0.01, routes={"POST /never": Limits(p95=1)}),
    ),
    "aborted": Row(Outcome.FAIL, "error-rate", lambda _: Answer(kind="failed"), abort),
    "aborted-cut-off": Row(
        Outcome.INVALID, Flaw.INTERRUPTED,
        lambda when: Answer(kind="timeout", why=CUT_OFF) if when > 18 else Answer(), abort,
    ),
    "aborted-by-lag": Row(
        Outcome.INVALID, Flaw.LAG, lambda when: Answer(lag=0.3 if when > 15 else 0.0001), abort
    ),
    "aborted-for-nothing": Row(Outcome.INVALID, Flaw.INTERRUPTED, change=abort),
    "interrupted": Row(Outcome.INVALID, Flaw.INTERRUPTED, change=interrupt),
    "interrupted-and-failing": Row(
        Outcome.INVALID, Flaw.INTERRUPTED, lambda _: Answer(kind="failed"), interrupt
    ),
    "worker-lost": Row(Outcome.INVALID, Flaw.WORKER_LOST, change=lose),
    "worker-lost-and-failing": Row(Outcome.INVALID, Flaw.WORKER_LOST, lambda _: Answer(kind="failed"), lose),
    "worker-missing": Row(Outcome.INVALID, Flaw.WORKER_MISSING, change=leave_out),
    "samples-lost": Row(Outcome.INVALID, Flaw.NOT_RECONCILED, change=forget),
    "generator-broke": Row(Outcome.INVALID, Flaw.GENERATOR, change=break_down),
    "rare-route-slow": Row(
        Outcome.FAIL, "p95 of GET /rare", sometimes(0.03, Answer(took=5, route="GET /rare"))
    ),
    "smoke-unasked": Row(
        Outcome.INVALID, Flaw.UNDECIDED, plan=plan_of(2, 10, entries=(*PLAN.entries, UNASKED)), workers=1,
        thresholds=Thresholds(failures=0, p95=0.2),
    ),
    "no-data": Row(
        Outcome.INVALID, Flaw.NO_DATA, plan=plan_of(stages=(stage(0.01, lasts=20),)),
    ),
    "lag": Row(Outcome.INVALID, Flaw.LAG, sometimes(0.03, LATE)),
    "a-little-late": Row(Outcome.PASS, "all 3 thresholds hold", sometimes(0.03, Answer(lag=0.04))),
    "a-little-late-and-errors": Row(
        Outcome.FAIL, "error-rate", sometimes(0.03, Answer(kind="failed", lag=0.04))
    ),
    "late-and-just-slow": Row(Outcome.INVALID, Flaw.LAG, sometimes(0.08, Answer(took=0.17, lag=0.04))),
    "starved": Row(Outcome.INVALID, Flaw.LAG, lambda when: Answer(lag=max(2 - when % 10, 0.0))),
    "lag-and-freezes": Row(
        Outcome.FAIL, "p95",
        lambda when: Answer(max(2 - when % 10, 0.0), lag=0.05 if 2 < when % 10 < 2.3 else 0.001),
    ),
    "lag-and-down": Row(
        Outcome.FAIL, "error-rate", sometimes(0.03, Answer(kind="failed", lag=0.05), Answer(kind="failed"))
    ),
    "unsent": Row(Outcome.INVALID, Flaw.UNSENT, lambda when: Answer(kind="unsent" if when > 19 else "good")),
    "unsent-and-down": Row(
        Outcome.FAIL, "error-rate", lambda when: Answer(kind="unsent" if when > 19.9 else "failed")
    ),
    "in-flight": Row(
        Outcome.INVALID, Flaw.IN_FLIGHT, sometimes(0.1, Answer(kind="dropped")),
        plan=plan_of(102, 20, in_flight=15),
    ),
    "too-close": Row(
        Outcome.INVALID, Flaw.UNDECIDED, lambda when: Answer(took=0.02 if round(when * 102) % 20 else 0.225)
    ),
    "too-few": Row(
        Outcome.INVALID, Flaw.UNDECIDED, plan=plan_of(5, 20), thresholds=Thresholds(error_rate=0.001)
    ),
    "route-not-sent": Row(
        Outcome.INVALID, Flaw.UNDECIDED,
        thresholds=Thresholds(p95=0.2, routes={"POST /never": Limits(p95=0.2)}),
    ),
    "offers-too-little": Row(Outcome.INVALID, Flaw.UNDECIDED, thresholds=Thresholds(throughput=1000)),
    "no-threshold": Row(Outcome.INVALID, Flaw.NO_THRESHOLD, thresholds=Thresholds()),
    "smoke": Row(
        Outcome.PASS, "all 2 thresholds hold", plan=plan_of(2, 10), workers=1,
        thresholds=Thresholds(failures=0, p95=0.2),
    ),
    "smoke-fails": Row(
        Outcome.FAIL, "failures", lambda when: Answer(kind="failed" if when > 9 else "good"),
        plan=plan_of(2, 10), workers=1, thresholds=Thresholds(failures=0),
    ),
    "one-route-fails": Row(
        Outcome.FAIL, f"p95 of {ROUTE}", sometimes(0.08, Answer(took=0.225)),
        thresholds=Thresholds(p95=1, routes={ROUTE: Limits(p95=0.2)}),
    ),
}  # fmt: skip


@cache
def verdict_of(row: Row) -> Verdict:
    found = measured(row.plan, row.stack, workers=row.workers)
    row.change(found)
    return judge(found, row.plan, row.thresholds)


@pytest.mark.parametrize("name", ROWS)
def test_the_table_row_by_row(name):
    verdict = verdict_of(ROWS[name])
    assert verdict.outcome is ROWS[name].outcome, verdict.because
    assert verdict.because.startswith(ROWS[name].first), verdict.because


def test_the_documented_table_is_this_one():
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|.*\| (PASS|FAIL|INVALID)\b", TABLE.read_text(), re.MULTILINE)
    assert {name: Outcome(outcome) for name, outcome in rows} == {
        name: row.outcome for name, row in ROWS.items()
    }


def test_every_reason_and_every_failure_says_what_to_do():
    for row in ROWS.values():
        verdict = verdict_of(row)
        for reason in verdict.reasons:
            assert reason.expected
            assert reason.observed
            assert reason.remedy
        for judgement in verdict.judgements:
            assert judgement.remedy or judgement.holds.value == "yes"
        assert (verdict.outcome is Outcome.PASS) is not bool(verdict.reasons or verdict.failed)


def test_who_spent_the_time_is_told():
    def party(name: str) -> str:
        return verdict_of(ROWS[name]).times[0].party

    assert party("healthy") == "service"
    assert party("freezes") == "service"
    assert party("starved") == "generator"
    assert party("no-answer") == "failures"
    found = measured(PLAN, lambda _: Answer(took=0.02, waited=0.3))
    told = judge(found, PLAN, SLO).times
    assert told[0].party == "queueing"
    assert [one.where for one in told] == ["all", ROUTE]
    assert told[0].spent == "of 319 ms at p95: service 20 ms, queueing 299 ms, generator 0.2 ms"
    assert told[0].lag is not None
    assert told[1].lag is None


def test_what_an_early_end_cut_off_is_no_failure_of_the_stack():
    found = measured(
        PLAN, lambda when: Answer(kind="timeout", why=CUT_OFF) if when > 18 else Answer(took=0.5), workers=2
    )
    abort(found)
    verdict = judge(found, PLAN, SLO)
    assert verdict.outcome is Outcome.FAIL
    assert [one.what for one in verdict.failed] == ["p95"]
    assert verdict.because.startswith("p95: 502 ms, 95 % sure of 500 ms to 504 ms (1,837 requests)")


def test_the_limit_of_lag_may_be_given():
    row = ROWS["lag"]
    found = measured(row.plan, row.stack)
    assert judge(found, row.plan, SLO, lag_limit=0.07).outcome is Outcome.PASS
    assert judge(found, row.plan, SLO, lag_limit=0.05).outcome is Outcome.INVALID
    assert judge(found, row.plan, Thresholds(p95=0.3)).outcome is Outcome.PASS
    assert judge(found, row.plan, Thresholds(p95=0.2, failures=0)).outcome is Outcome.PASS


def test_a_generator_that_is_busy_is_told_to_share_its_work():
    found = measured(PLAN, ROWS["lag"].stack)
    assert "processor" in judge(found, PLAN, SLO).reasons[0].remedy
    found.workers[0].processor = found.workers[0].wall * 0.97
    assert "it used 97% of a core" in judge(found, PLAN, SLO).reasons[0].remedy


def test_a_verdict_says_nothing_that_json_cannot():
    text = verdict_of(ROWS["no-answer"]).model_dump_json()
    assert '"p95":"never"' in text
    assert Verdict.model_validate_json(text) == verdict_of(ROWS["no-answer"])


ORDER = (Outcome.PASS, Outcome.INVALID, Outcome.FAIL)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from([0.02, 0.19, 0.21, 0.5, -1.0]), min_size=40, max_size=40),
    st.integers(0, 39),
    st.floats(0.001, 5),
    st.sampled_from([SLO, Thresholds(p95=0.2), Thresholds(p50=0.2, failures=3)]),
)
def test_an_answer_that_is_slower_never_makes_it_better(pattern, index, more, thresholds):
    plan = plan_of(40, 10)

    def answers(when: float) -> Answer:
        took = pattern[round(when * 40) % 40]
        return Answer(kind="failed") if took < 0 else Answer(took=took)

    before, after = measured(plan, answers), measured(plan, answers)
    for series in (*after.series.values(), *after.stages.values()):
        series.corrected = slower(series.corrected, index * 10, more)
    first, then = (judge(one, plan, thresholds).outcome for one in (before, after))
    assert ORDER.index(then) >= ORDER.index(first)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations(range(4)), st.sampled_from([0.0, 0.03, 0.5]))
def test_the_order_in_which_workers_and_routes_came_does_not_matter(order, share):
    plan = plan_of(40, 10)

    def answers(when: float) -> Answer:
        kind = "failed" if random.Random(when).random() < share else "good"
        return Answer(kind=kind, route=f"GET /{round(when * 40) % 4}")

    one, other = measured(plan, answers, workers=4), measured(plan, answers, workers=4)
    other.workers = tuple(other.workers[at] for at in order)
    other.series = {f"GET /{at}": other.series[f"GET /{at}"] for at in order}
    assert judge(one, plan, SLO) == judge(other, plan, SLO)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 4), st.sampled_from(["intended", "sent", "dropped", "done", "timed_out"]), st.data())
def test_a_worker_that_counts_one_more_or_less_is_noticed(workers, what, data):
    found = measured(plan_of(20, 2), sometimes(0.1, Answer(kind="timeout")), workers=workers)
    worker = data.draw(st.sampled_from(found.workers))
    setattr(worker, what, getattr(worker, what) + data.draw(st.sampled_from([1, -1])))
    verdict = judge(found, plan_of(20, 2), Thresholds(failures=10**6))
    assert verdict.outcome is Outcome.INVALID
    assert verdict.reasons[0].flaw is Flaw.NOT_RECONCILED


@pytest.mark.parametrize("what", ["intended", "sent", "good", "timed_out"])
def test_a_series_that_counts_one_less_is_noticed(what):
    plan = plan_of(20, 2)
    found = measured(plan, lambda when: Answer(kind="timeout" if when > 1.5 else "good"))
    series = found.series[ROUTE]
    setattr(series, what, getattr(series, what) - 1)
    assert Flaw.NOT_RECONCILED in {one.flaw for one in judge(found, plan, SLO).reasons}


@pytest.mark.parametrize("what", ["corrected", "service"])
def test_a_time_that_is_missing_is_noticed(what):
    plan = plan_of(20, 2)
    found = measured(plan)
    setattr(found.series[ROUTE], what, Series().corrected)
    assert Flaw.NOT_RECONCILED in {one.flaw for one in judge(found, plan, SLO).reasons}


def test_a_second_or_a_stage_that_is_missing_is_noticed():
    plan = plan_of(20, 4)
    for part in ("seconds", "stages"):
        found = measured(plan)
        getattr(found, part).pop(next(iter(getattr(found, part))))
        assert Flaw.NOT_RECONCILED in {one.flaw for one in judge(found, plan, SLO).reasons}


def test_a_worker_that_was_lost_is_told_without_all_that_follows_from_it():
    found = measured(PLAN, workers=2)
    lost = found.workers[1]
    lost.lost, lost.done, lost.intended = True, lost.done - 7, lost.intended - 3
    assert [one.flaw for one in judge(found, PLAN, SLO).reasons] == [Flaw.WORKER_LOST]
    found.workers[0].done -= 1
    assert [one.flaw for one in judge(found, PLAN, SLO).reasons] == [Flaw.WORKER_LOST, Flaw.NOT_RECONCILED]


def test_an_early_end_may_leave_an_arrival_unsent():
    found = measured(PLAN, lambda when: Answer(kind="unsent" if when > 19.98 else "good", took=0.5))
    abort(found)
    verdict = judge(found, PLAN, SLO)
    assert verdict.outcome is Outcome.FAIL
    assert Flaw.UNSENT not in {one.flaw for one in verdict.reasons}


def test_half_of_the_load_is_not_the_load():
    found = measured(plan_of(51, 20))
    verdict = judge(found, PLAN, Thresholds(p95=0.2))
    assert verdict.outcome is Outcome.INVALID
    assert verdict.because == (
        "not-reconciled: 1,020 requests; expected about 2,040 arrivals intended, as planned"
    )


def test_two_workers_round_differently_and_that_is_no_matter():
    plan = plan_of(20.3, 7)
    assert judge(measured(plan, workers=2), plan, Thresholds(failures=0)).outcome is Outcome.PASS


@pytest.mark.parametrize("missing", ["all", "one"])
def test_lag_that_was_not_measured_is_noticed(missing):
    found = measured(PLAN, workers=2)
    for worker in found.workers[: 1 if missing == "one" else 2]:
        worker.lag = Series().corrected
    assert judge(found, PLAN, SLO).outcome is Outcome.INVALID
