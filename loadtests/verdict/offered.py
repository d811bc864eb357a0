"""What a plan offers, and when: rates of its stages, in requests rather than arrivals."""

from __future__ import annotations

import math
from dataclasses import dataclass

from loadtests.plan import LoadPlan, Stage

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Steps:
    """Requests of an arrival, by the weights of the entries."""

    mean: float
    square: float
    """Mean of the squares: what makes a Poisson stream of journeys vary more than one of requests."""
    most: int

    @classmethod
    def of(cls, plan: LoadPlan) -> Steps:
        """Of a plan, where no step fails."""
        weight = sum(entry.weight for entry in plan.entries)
        sizes = [(entry.weight / weight, len(entry.requests)) for entry in plan.entries]
        return cls(
            sum(part * size for part, size in sizes),
            sum(part * size * size for part, size in sizes),
            max(size for _, size in sizes),
        )


def arrivals(plan: LoadPlan, begins: float = 0.0, ends: float = math.inf) -> float:
    """Arrivals that the plan intends in measured stages, within a stretch of seconds."""
    return sum(_area(stage, begins, ends) for stage in plan.stages if stage.measured)


def peak(plan: LoadPlan) -> float:
    """The highest rate of arrivals of any stage."""
    return max(max(stage.rate, stage.until) for stage in plan.stages)


def stretches(plan: LoadPlan, target: float) -> list[tuple[int, int]]:
    """Whole seconds of measured stages, from and until, in which at least `target` requests a second are
    offered: only there can it be told whether the stack serves so many."""
    spans: list[tuple[float, float]] = []
    mean = Steps.of(plan).mean
    for stage in sorted((stage for stage in plan.stages if stage.measured), key=lambda one: one.begins):
        span = _at_least(stage, target / mean)
        if span is None:
            continue
        if spans and abs(spans[-1][1] - span[0]) < _ROUNDING:
            span = (spans.pop()[0], span[1])
        spans.append(span)
    whole = [(math.ceil(begins - _ROUNDING), math.floor(ends + _ROUNDING)) for begins, ends in spans]
    return [(begins, ends) for begins, ends in whole if ends > begins]


def _at_least(stage: Stage, rate: float) -> tuple[float, float] | None:
    low, high = sorted((stage.rate, stage.until))
    rate -= _ROUNDING * max(rate, 1)
    if high < rate:
        return None
    begins, ends = stage.begins, stage.begins + stage.lasts
    if low >= rate:
        return begins, ends
    crossed = begins + stage.lasts * (rate - stage.rate) / (stage.until - stage.rate)
    return (crossed, ends) if stage.until > stage.rate else (begins, crossed)


def _area(stage: Stage, begins: float, ends: float) -> float:
    begins, ends = max(begins, stage.begins), min(ends, stage.begins + stage.lasts)
    if ends <= begins:
        return 0.0
    slope = (stage.until - stage.rate) / stage.lasts
    middle = (begins + ends) / 2 - stage.begins
    return (ends - begins) * (stage.rate + slope * middle)
