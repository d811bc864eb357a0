"""Good requests a second, by windows of intended starts."""

from __future__ import annotations

import pytest

from loadtests.measured import Series
from loadtests.verdict.excuse import Excuse
from loadtests.verdict.model import Holds
from loadtests.verdict.throughput import route_throughput, throughput
from tests.support.load_runs import Answer, measured, plan_of, stage

FAILED = Answer(kind="failed")


def down(*spans: tuple[float, float]):
    """A stack that fails within these seconds."""
    return lambda when: FAILED if any(begins <= when < ends for begins, ends in spans) else Answer()


def judged(plan, stack=lambda _: Answer(), target=100, **more):
    return throughput(target, measured(plan, stack), plan, **more)


def test_every_window_holds_its_target():
    judgement, windows = judged(plan_of(102, 30))
    assert judgement.holds is Holds.YES
    assert [(one.begins, one.lasts, one.intended, one.needed) for one in windows] == [
        (0, 10, 1020, 1000), (10, 10, 1020, 1000), (20, 10, 1020, 1000),
    ]  # fmt: skip


def test_exactly_the_target_is_enough():
    assert judged(plan_of(100, 20))[0].holds is Holds.YES
    assert judged(plan_of(33.3, 30), target=33.3)[0].holds is Holds.YES


def test_a_window_that_is_bad_is_not_made_good_by_the_others():
    judgement, windows = judged(plan_of(150, 60), down((30, 34)))
    assert judgement.holds is Holds.NO
    assert [one.holds for one in windows].count(Holds.NO) == 1
    assert judgement.observed == (
        "1 of 6 windows fell short; 90/s at 30-40 s (900 good of 1,500; 1,000 needed)"
    )
    assert 60 * 150 - 600 > 60 * 100


def test_the_last_window_ends_with_its_stretch():
    judgement, windows = judged(plan_of(102, 29), down((20, 29)))
    assert [one.begins for one in windows] == [0, 10, 19]
    assert judgement.holds is Holds.NO
    judgement, windows = judged(plan_of(102, 15), down((13, 15)))
    assert [(one.begins, one.holds) for one in windows] == [(0, Holds.YES), (5, Holds.NO)]
    assert judged(plan_of(102, 15))[0].holds is Holds.YES


def test_a_short_run_is_judged_as_a_whole_and_says_so():
    judgement, (window,) = judged(plan_of(102, 8))
    assert judgement.holds is Holds.YES
    assert window.lasts == 8
    assert "judged as a whole: shorter than 10 s" in judgement.observed
    assert judged(plan_of(102, 8), down((0, 1)))[0].holds is Holds.NO


def test_windows_of_poisson_arrivals_may_fall_short_by_chance():
    def some(count):
        plan = plan_of(102, 10, arrivals="poisson")
        return throughput(100, measured(plan, lambda when: FAILED if when * 102 >= count else Answer()), plan)

    # 1000 - 3·√1000 = 905
    assert some(906)[0].holds is Holds.YES
    assert some(880)[0].holds is Holds.NO
    assert (
        judged(plan_of(102, 10), lambda when: FAILED if when * 102 >= 906 else Answer())[0].holds is Holds.NO
    )


def test_journeys_vary_more():
    one = judged(plan_of(102, 10, arrivals="poisson"))[1][0].needed
    single = plan_of(51, 12, arrivals="poisson", steps=(2,))
    two = throughput(100, measured(single), single)[1][0].needed
    assert one == 905
    assert two == 1000 - 135


def test_a_stage_shorter_than_a_journey_is_still_judged():
    plan = plan_of(60, 4, steps=(9,))
    assert [(one.begins, one.lasts) for one in throughput(10, measured(plan), plan)[1]] == [(2, 2)]


def test_a_ramp_is_judged_from_where_it_offers_the_target():
    plan = plan_of(
        stages=(stage(20, 120, name="up", lasts=50), stage(120, name="top", begins=50, lasts=20)),
    )
    judgement, windows = judged(plan)
    assert [one.begins for one in windows] == [40, 50, 60]
    assert judgement.holds is Holds.YES
    assert judged(plan, down((45, 50)))[0].holds is Holds.NO
    assert judged(plan, down((0, 30)))[0].holds is Holds.YES


def test_what_is_never_offered_cannot_be_told():
    judgement, windows = judged(plan_of(90, 20))
    assert judgement.holds is Holds.UNDECIDED
    assert not windows
    assert "never offers" in judgement.observed
    assert "2 %" in judgement.remedy


def test_a_window_that_was_not_intended_is_no_fault_of_the_stack():
    planned, intended = plan_of(102, 20), plan_of(stages=(stage(102, lasts=10),))
    judgement, windows = throughput(100, measured(intended), planned)
    assert [one.holds for one in windows] == [Holds.YES, Holds.UNDECIDED]
    assert judgement.holds is Holds.UNDECIDED
    assert "generator" in judgement.remedy


def test_a_stack_that_is_down_is_not_excused_by_a_few_that_were_not_intended():
    plan = plan_of(102, 10)
    found = measured(plan, down((0, 10)))
    found.seconds[3].intended -= 5
    assert throughput(100, found, plan)[0].holds is Holds.NO


def test_a_run_that_was_ended_is_judged_up_to_there():
    plan = plan_of(102, 40)
    found = measured(plan_of(102, 25), down((0, 5)))
    found.interrupted = "aborted: hopeless"
    judgement, windows = throughput(100, found, plan)
    assert [one.begins for one in windows] == [0, 10, 14]
    assert judgement.holds is Holds.NO
    found = measured(plan_of(102, 0.5))
    found.interrupted = "interrupted"
    assert throughput(100, found, plan)[0].holds is Holds.UNDECIDED


def test_what_the_generator_may_have_spoiled_is_taken_off():
    plan = plan_of(102, 20)
    assert judged(plan, down((3, 5)), excuse=Excuse(requests=100))[0].holds is Holds.NO
    assert judged(plan, down((3, 5)), excuse=Excuse(requests=190))[0].holds is Holds.UNDECIDED


@pytest.mark.parametrize(
    ("good", "intended", "holds"),
    [(1000, 1020, Holds.YES), (999, 1020, Holds.NO), (900, 900, Holds.UNDECIDED), (0, 0, Holds.UNDECIDED)],
)
def test_a_route_is_judged_by_its_mean(good, intended, holds):
    plan = plan_of(102, 20)
    series = Series(intended=intended, sent=intended, good=good)
    judged_route = route_throughput("GET /x", 50, series, measured(plan), plan)
    assert judged_route.holds is holds
    assert "in the mean of 20 s" in judged_route.observed
