"""The rate that the environment allows, enforced in each worker. Pure."""

from __future__ import annotations

from loadtests.plan import LoadPlan


class TooFast(ValueError):
    """The plan asks for more than the environment allows."""


def permitted(plan: LoadPlan) -> None:
    """Raises TooFast where the plan's rate is more than its environment allows."""
    fastest = max(max(stage.rate, stage.until) for stage in plan.stages)
    if fastest > plan.max_rate * (1 + 1e-9):
        raise TooFast(f"{fastest:g} arrivals a second, and the environment allows {plan.max_rate:g}")


class Allowance:
    """What a worker may begin by the environment's rate: a second's worth, filled up as time goes by."""

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._most = max(rate, 1.0)
        self._left = self._most
        self._at = now

    def wait(self, now: float) -> float:
        """Seconds until the next arrival may be begun; 0: it may, and is counted."""
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1 - 1e-9:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate
