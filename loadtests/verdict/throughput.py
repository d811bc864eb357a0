"""Good throughput, by whole windows of intended starts."""

from __future__ import annotations

import math

from loadtests.measured import WINDOW, Measured, Second, Series
from loadtests.plan import LoadPlan
from loadtests.verdict import told
from loadtests.verdict.excuse import NONE, Excuse
from loadtests.verdict.model import ALL, Holds, Judgement, Window
from loadtests.verdict.offered import Steps, arrivals, stretches

SIGMAS = 3
"""Standard deviations by which a window of Poisson arrivals may fall short of the target: the number that was
intended in it varies by itself."""


def throughput(
    target: float, measured: Measured, plan: LoadPlan, *, excuse: Excuse = NONE
) -> tuple[Judgement, tuple[Window, ...]]:
    """Whether at least `target` good requests a second are served, in every window.

    A whole run's mean hides a stack that is down a fifth of the time, so each whole window of WINDOW seconds
    of intended starts is judged, in measured stages and where at least the target is offered: a ramp tells
    of it from the moment at which it has reached it. A stretch that is no multiple of WINDOW ends with one
    that overlaps the one before, so that no second goes unjudged. Where no stretch is as long as a window,
    each is judged as a whole, and that is said.
    """
    windows = _windows(target, measured, plan, excuse)
    expected = f"at least {told.rate(target)}"
    if not windows:
        return Judgement(
            what="throughput", where=ALL, expected=expected, holds=Holds.UNDECIDED, **_unoffered(measured)
        ), ()  # fmt: skip
    worst = min(windows, key=lambda window: window.good - window.needed)
    bad = [window for window in windows if window.holds is not Holds.YES]
    holds = Holds.YES
    if bad:
        holds = Holds.NO if any(window.holds is Holds.NO for window in bad) else Holds.UNDECIDED
    of = f"{len(bad)} of {told.some(len(windows), 'window')} fell short; " if bad else ""
    short = "" if windows[0].lasts == WINDOW else f", judged as a whole: shorter than {WINDOW} s"
    observed = (
        f"{of}{told.rate(worst.good / worst.lasts)} at {worst.begins}-{worst.begins + worst.lasts} s"
        f" ({worst.good:,} good of {worst.intended:,}; {worst.needed:,} needed{short})"
    )
    return Judgement(
        what="throughput", where=ALL, expected=expected, observed=observed, holds=holds, remedy=_remedy(holds)
    ), windows  # fmt: skip


def route_throughput(
    where: str, target: float, series: Series, measured: Measured, plan: LoadPlan, *, excuse: Excuse = NONE
) -> Judgement:
    """Whether one route serves `target` good requests a second in the mean of all measured stages: seconds
    are not counted by route."""
    lasts = sum(stage.lasts for stage in plan.stages if stage.measured)
    if measured.interrupted:
        lasts = min(lasts, measured.ended - measured.began)
    needed = _needed(target, lasts, plan)
    good = series.good + excuse.requests
    holds = Holds.YES if good >= needed else Holds.NO
    if holds is Holds.NO and series.intended < needed and series.good == series.intended:
        holds = Holds.UNDECIDED
    return Judgement(
        what="throughput",
        where=where,
        expected=f"at least {told.rate(target)}",
        observed=f"{told.rate(series.good / lasts if lasts > 0 else 0.0)} in the mean of {lasts:g} s"
        f" ({series.good:,} good of {series.intended:,}; {needed:,} needed)",
        holds=holds,
        remedy=_remedy(holds),
    )


def _windows(target: float, measured: Measured, plan: LoadPlan, excuse: Excuse) -> tuple[Window, ...]:
    spans = [
        (begins + min(_filling(plan), (ends - begins) // 2), ends) for begins, ends in stretches(plan, target)
    ]
    if measured.interrupted:
        # The second in which it ended is not whole.
        last = max(measured.seconds, default=0)
        spans = [(begins, min(ends, last)) for begins, ends in spans]
    whole = [(begin, begin + WINDOW) for begins, ends in spans for begin in _beginnings(begins, ends)]
    spans = whole or [(begins, ends) for begins, ends in spans if ends > begins]
    return tuple(_window(span, target, measured, plan, excuse) for span in spans)


def _beginnings(begins: int, ends: int) -> list[int]:
    """Of the windows of a stretch; the last one reaches to its end."""
    found = list(range(begins, ends - WINDOW + 1, WINDOW))
    return [*found, ends - WINDOW] if found and found[-1] + WINDOW < ends else found


def _filling(plan: LoadPlan) -> int:
    """Seconds after which the steps of a journey come as often as its beginnings: what the longest takes
    where each step takes a second, which is more than a stack that holds any SLO needs."""
    return Steps.of(plan).most - 1


def _window(
    span: tuple[int, int], target: float, measured: Measured, plan: LoadPlan, excuse: Excuse
) -> Window:
    begins, ends = span
    seconds = [measured.seconds.get(second, Second()) for second in range(begins, ends)]
    intended, good = sum(one.intended for one in seconds), sum(one.good for one in seconds)
    needed = _needed(target, ends - begins, plan)
    unoffered = _unintended(span, intended, plan)
    holds = Holds.YES
    # An arrival at the very edge of two windows may be counted by its neighbour, once by each worker.
    if good < needed and not (good == intended and intended + measured.workers_expected >= needed):
        holds = Holds.UNDECIDED if good + unoffered + excuse.requests >= needed else Holds.NO
    return Window(
        begins=begins, lasts=ends - begins, intended=intended, good=good, needed=needed, holds=holds
    )  # fmt: skip


def _needed(target: float, lasts: float, plan: LoadPlan) -> int:
    mean = target * lasts
    if plan.arrivals == "poisson":
        steps = Steps.of(plan)
        mean -= SIGMAS * math.sqrt(mean * steps.square / steps.mean)
    return max(math.floor(mean + 1e-6), 0)


def _unintended(span: tuple[int, int], intended: int, plan: LoadPlan) -> int:
    """Requests of a window that the plan asks for and that were not even intended: no fault of the stack,
    unless they are steps that a slow or failing stack kept from being reached."""
    steps = Steps.of(plan)
    if steps.most > 1:
        return 0
    return max(math.ceil(arrivals(plan, *span) - 1e-6) - intended, 0)


def _unoffered(measured: Measured) -> dict[str, str]:
    if measured.interrupted:
        return {
            "observed": "it ended before as much was offered for a second",
            "remedy": "let the run reach its end",
        }
    return {
        "observed": "the scenario never offers as much for a whole second",
        "remedy": "raise its rate to 2 % above the target, or lower the target",
    }


def _remedy(holds: Holds) -> str:
    if holds is Holds.NO:
        return "see which windows fell short, and what the server's figures say of that time"
    return "" if holds is Holds.YES else "the generator offered less than planned: repeat the run, alone"
