"""The stages of a plan, and how much they send in a stretch of time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise

from loadtests.plan import Stage
from loadtests.scenario.model import Breakpoint, Scenario


def stages_of(scenario: Scenario, *, rate: float | None = None, surplus: float = 0.0) -> tuple[Stage, ...]:
    """What is sent when. `rate` is the highest that the stages are scaled to; of a breakpoint, the step's.
    `surplus` is the part that is sent beyond that."""
    if scenario.breakpoint is not None:
        return _step(scenario.breakpoint, (rate or scenario.breakpoint.starts) * (1 + surplus))
    scale = (1 + surplus) * (rate / written_peak(scenario) if rate else 1.0)
    lasting = [stage.lasts.total_seconds() for stage in scenario.stages]
    begins = [0.0, *accumulate(lasting)]
    return tuple(
        Stage(
            name=stage.name or _name(stage.warm_up, position),
            begins=begins[position],
            lasts=lasting[position],
            rate=stage.rates[0] * scale,
            until=stage.rates[1] * scale,
            measured=not stage.warm_up,
        )
        for position, stage in enumerate(scenario.stages)
    )


def written_peak(scenario: Scenario, *, measured: bool = False) -> float:
    """The highest rate that the file asks for; `measured`: apart from warm-ups."""
    if scenario.breakpoint is not None:
        return scenario.breakpoint.to
    return max(max(stage.rates) for stage in scenario.stages if not (measured and stage.warm_up))


def peak(stages: Sequence[Stage]) -> float:
    """The highest rate of stages."""
    return max(max(stage.rate, stage.until) for stage in stages)


def arrivals(stages: Sequence[Stage], moment: float = math.inf) -> float:
    """Arrivals that are intended until a moment, in seconds since the load began."""
    return sum(_until(stage, moment) for stage in stages)


def most_within(stages: Sequence[Stage], window: float) -> float:
    """The most arrivals that are intended in any window of so many seconds."""
    ends = stages[-1].begins + stages[-1].lasts
    if window >= ends:
        return arrivals(stages)

    def sent(until: float) -> float:
        return arrivals(stages, until) - arrivals(stages, until - window)

    edges = {0.0, ends, *(stage.begins for stage in stages)}
    moments = sorted({moment for edge in edges for moment in (edge, edge + window) if moment <= ends})
    # Between two of these moments the rates at both ends of the window change evenly: what is sent is the
    # most at one of them, or where both rates are the same.
    for before, after in pairwise(tuple(moments)):
        gain = _rate(stages, before, after, before) - _rate(
            stages, before - window, after - window, before - window
        )
        late = _rate(stages, before, after, after) - _rate(
            stages, before - window, after - window, after - window
        )
        if gain > 0 > late:
            moments.append(before + (after - before) * gain / (gain - late))
    return max(sent(moment) for moment in moments)


def _rate(stages: Sequence[Stage], begins: float, ends: float, moment: float) -> float:
    """The rate at a moment, of the stage that lies around a stretch which no stage's edge divides."""
    middle = (begins + ends) / 2
    for stage in stages:
        if stage.begins <= middle < stage.begins + stage.lasts:
            return stage.rate + (stage.until - stage.rate) * (moment - stage.begins) / stage.lasts
    return 0.0


def _until(stage: Stage, moment: float) -> float:
    passed = min(max(moment - stage.begins, 0.0), stage.lasts)
    return passed * (stage.rate + (stage.until - stage.rate) * passed / stage.lasts / 2)


def _step(search: Breakpoint, rate: float) -> tuple[Stage, ...]:
    """One step of a search: a warm-up at its rate, and what is measured."""
    warm_up, each = search.warm_up.total_seconds(), search.each.total_seconds()
    return (
        Stage(name="warm-up", begins=0.0, lasts=warm_up, rate=rate, until=rate, measured=False),
        Stage(name="step", begins=warm_up, lasts=each, rate=rate, until=rate),
    )


def _name(warm_up: bool, position: int) -> str:
    return "warm-up" if warm_up and not position else f"stage-{position + 1}"
