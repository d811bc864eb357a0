"""The stack's own side of a run, from the declared Prometheus."""

from __future__ import annotations

import asyncio

from atalaia.environment import Environment
from atalaia.errors import NotMeasured
from atalaia.run.network import network_of
from loadtests.histogram import Histogram
from loadtests.measured import Measured
from loadtests.plan import LoadPlan
from loadtests.server_side.asking import Answers, Window, ask
from loadtests.server_side.counting import total
from loadtests.server_side.hops import entry, hops, upstream_mean
from loadtests.server_side.judging import complete, denied, full, least, missed, sent, shares, spent
from loadtests.server_side.model import ServerSide
from loadtests.server_side.readings import readings


def look(environment: Environment, plan: LoadPlan, measured: Measured, answered: float) -> ServerSide:
    """What Prometheus says of the run; where there is none, or it does not answer, why nothing is said.

    `answered` is when the last answer was there (Unix time). Waits until everything was scraped after that.
    """
    if environment.prometheus is None:
        return ServerSide(absent="no Prometheus is declared")
    window, first, needed = _window(plan, measured, answered), entry(environment, plan.base), least(measured)

    def enough(answers: Answers) -> bool:
        return complete(hops(answers, first), needed)

    try:
        answers = asyncio.run(ask(environment, network_of(environment, None, "load"), window, enough))
    except NotMeasured as error:
        return ServerSide(absent=str(error))
    return of(answers, environment, plan, measured, window)


def of(
    answers: Answers, environment: Environment, plan: LoadPlan, measured: Measured, window: Window
) -> ServerSide:
    """The same from answers alone: pure."""
    seen = hops(answers, entry(environment, plan.base))
    times = Histogram()
    for series in measured.series.values():
        times.merge(series.service)
    parts = shares(times.mean(), seen, upstream_mean(answers))
    found = readings(answers)
    whole, answered = sent(measured), least(measured)
    return ServerSide(
        began=window.began + answers.skew,
        ended=window.ended + answers.skew,
        interval=answers.interval,
        skew=round(answers.skew, 3),
        sent=whole,
        least=answered,
        hops=seen,
        shares=parts,
        spent=spent(parts),
        readings=found,
        findings=(
            *denied(total(answers, "denied", "before")),
            *(missed(seen, whole, answered) if answers.scraped else ()),
            *full(found),
        ),
        notes=tuple(_notes(answers)),
    )


def _window(plan: LoadPlan, measured: Measured, answered: float) -> Window:
    """The load began before what was measured of it: by its warm-ups."""
    first = min((stage.begins for stage in plan.stages if stage.measured), default=0.0)
    return Window(measured.began - first, measured.began, measured.ended, answered)


def _notes(answers: Answers) -> list[str]:
    notes = []
    if not answers.scraped:
        notes.append("not everything was scraped after the load: requests are not compared")
    if abs(answers.skew) > 1:
        notes.append(f"Prometheus' clock is {answers.skew:+.1f} s from this one: taken into account")
    for hop, found in answers.resets.items():
        if isinstance(found, dict) and any(found.values()):
            notes.append(f"{hop}: its counters began anew since before the load")
    return notes
