"""What workers report becomes one measurement, whoever is lost on the way."""

from __future__ import annotations

from typing import Any

from loadtests.generator.gathering import Gathering
from loadtests.generator.recording import Recorder
from loadtests.plan import Stage
from tests.support.load_plans import plan

STAGES = (
    Stage(name="warm-up", begins=0, lasts=2, rate=10, until=10, measured=False),
    Stage(name="steady", begins=2, lasts=18, rate=10, until=10),
)


def counted(good: int, *, took: float = 0.1, failed: int = 0, stage: int = 1, second: int = 2) -> Recorder:
    recorder = Recorder()
    for _ in range(good):
        recorder.began((stage, "a"), second)
        recorder.lag.record(0.001)
        recorder.went_well((stage, "a"), second, took, took)
    for _ in range(failed):
        recorder.began((stage, "a"), second)
        recorder.failed((stage, "a"), second, "503")
    return recorder


def report(at: float, measured: Recorder, warm: Recorder | None = None, problem: str = "") -> dict[str, Any]:
    return {
        "at": at, "measured": measured.encode(), "warm": (warm or Recorder()).encode(), "in_flight": 3,
        "problem": problem,
    }  # fmt: skip


def final(measured: Recorder, warm_up: int = 0, problem: str = "") -> dict[str, Any]:
    return {
        "measured": measured.encode(), "warm_up": warm_up, "processor": 0.5, "wall": 2.0, "problem": problem,
        "early": False,
    }  # fmt: skip


def gathering(*workers: str) -> Gathering:
    made = Gathering(plan(stages=STAGES), len(workers))
    for worker in workers:
        made.greet(worker, f"machine/{worker}", 0.0)
    return made


def test_a_worker_that_told_all_is_counted_by_its_last_word() -> None:
    both = gathering("1", "2")
    both.report("1", report(3, counted(5)), 3.0)
    both.final("1", final(counted(8, failed=2), warm_up=7), 4.0)
    both.final("2", final(counted(10)), 4.0)
    measured = both.measured(1.0, 2.0, "")
    assert [worker.sent for worker in measured.workers] == [10, 10]
    assert [worker.warm_up for worker in measured.workers] == [7, 0]
    series = measured.series["a"]
    assert (series.sent, series.good, series.failures) == (20, 18, {"503": 2})
    assert measured.stages == {"steady": series}
    assert measured.seconds[2].model_dump() == {"intended": 20, "sent": 20, "good": 18, "failed": 2}


def test_a_lost_worker_is_counted_by_what_it_reported() -> None:
    both = gathering("1", "2")
    both.final("1", final(counted(10)), 4.0)
    both.report("2", report(3, counted(4)), 3.0)
    both.hands["2"].lost = True
    measured = both.measured(1.0, 2.0, "")
    assert [(worker.sent, worker.lost) for worker in measured.workers] == [(10, False), (4, True)]
    assert measured.series["a"].sent == 14


def test_a_second_is_told_as_it_is() -> None:
    one = gathering("1")
    one.report("1", report(1, Recorder(), counted(10, took=9.0, stage=0)), 1.0)
    one.report("1", report(2, Recorder(), counted(10, took=9.0, stage=0)), 2.0)
    warm = one.live(2.0)
    assert (warm.sent, warm.sent_rate, warm.corrected.count) == (0, 10, 0)
    assert warm.p95 is not None
    assert warm.p95 > 8
    one.report("1", report(3, counted(9, took=0.1, failed=0)), 3.0)
    live = one.live(3.0)
    assert (live.stage, live.rate, live.sent, live.good, live.in_flight) == ("steady", 10, 9, 9, 3)
    assert live.corrected.count == 9
    assert live.p95 is not None
    assert live.p95 < 1  # the warm-up's times are not the load's
    assert one.live(3.5).corrected.count == 0  # told already


def test_p95_looks_back_ten_seconds() -> None:
    one = gathering("1")
    one.report("1", report(3, counted(0, failed=50)), 3.0)
    assert one.live(3.0).p95 == float("inf")
    for second in range(4, 14):
        one.report("1", report(second, counted(10)), float(second))
    live = one.live(13.0)
    assert live.p95 is not None
    assert live.p95 < 1
    assert live.failed == 50


def test_the_first_problem_is_told_with_who_had_it() -> None:
    both = gathering("1", "2")
    both.report("2", report(3, Recorder(), problem="too many open files"), 3.0)
    both.final("1", final(Recorder(), problem="something else"), 4.0)
    assert both.measured(1.0, 2.0, "").generator == "machine/2: too many open files"
