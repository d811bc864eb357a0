"""The environment's rate is held by each worker, whatever the plan says."""

from __future__ import annotations

import pytest

from loadtests.generator.allowance import Allowance, TooFast, permitted
from loadtests.plan import Stage
from tests.support.load_plans import plan


def test_a_plan_that_is_too_fast_is_refused() -> None:
    ramp = (Stage(name="up", begins=0, lasts=10, rate=0, until=101),)
    permitted(plan(stages=ramp, max_rate=101))
    with pytest.raises(TooFast, match="101 arrivals a second, and the environment allows 100"):
        permitted(plan(stages=ramp, max_rate=100))


def test_the_allowed_rate_itself_is_never_held_up() -> None:
    allowance = Allowance(100, 0.0)
    assert all(allowance.wait(number / 100) == 0 for number in range(10_000))


def test_a_burst_uses_up_one_second() -> None:
    allowance = Allowance(100, 0.0)
    assert sum(allowance.wait(5.0) == 0 for _ in range(1000)) == 100
    assert allowance.wait(5.0) == pytest.approx(0.01)
    assert allowance.wait(5.01) == 0


def test_slow_rates_are_allowed_one_at_a_time() -> None:
    allowance = Allowance(0.5, 0.0)
    assert allowance.wait(0.0) == 0
    assert allowance.wait(0.0) == pytest.approx(2.0)
