"""Whether every sample is there: intended = sent + dropped, sent = done + timed out, and all sums agree."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from loadtests.measured import Measured, Series, Worker
from loadtests.plan import LoadPlan
from loadtests.verdict import told
from loadtests.verdict.model import Flaw, Reason
from loadtests.verdict.offered import Steps, arrivals

_SIGMAS = 6
"""Standard deviations by which the number of Poisson arrivals of a run may differ from the plan's: once in a
thousand million runs it does by chance."""
_REMEDY = "a defect of the generator, or samples lost on the way: repeat the run; keep measured.json"


def unreconciled(measured: Measured, plan: LoadPlan) -> tuple[Reason, ...]:
    """Every equation that does not hold, of each worker, between workers and series, and with the plan.

    Of a worker that was lost nothing can add up, nor of what it is a part of: that it was lost says it.
    """
    found = [problem for worker in measured.workers if not worker.lost for problem in _worker(worker)]
    if not any(worker.lost for worker in measured.workers):
        found += _sums(measured)
        found += [problem for name, one in measured.series.items() for problem in _series(name, one)]
        if len(measured.workers) >= measured.workers_expected:
            found += _planned(measured, plan)
    return tuple(
        Reason(flaw=Flaw.NOT_RECONCILED, expected=expected, observed=observed, remedy=_REMEDY)
        for expected, observed in found
    )


Problem = tuple[str, str]
"""Expected and observed."""


def _worker(worker: Worker) -> Iterator[Problem]:
    yield from _equal(
        f"{worker.name}: intended = sent + dropped",
        worker.intended,
        ("sent", worker.sent),
        ("dropped", worker.dropped),
    )
    yield from _equal(
        f"{worker.name}: sent = done + timed out",
        worker.sent,
        ("done", worker.done),
        ("timed out", worker.timed_out),
    )
    if worker.unsent > worker.dropped:
        yield f"{worker.name}: unsent among the dropped", f"{worker.unsent:,} of {worker.dropped:,}"
    if worker.intended and not worker.lag.count:
        yield f"{worker.name}: a lag for arrivals", "none was measured"


def _sums(measured: Measured) -> Iterator[Problem]:
    workers, series = measured.workers, measured.series.values()
    counted: dict[str, tuple[int, dict[str, int]]] = {
        "intended": (
            sum(one.intended for one in workers),
            {
                "routes": sum(one.intended for one in series),
                "stages": sum(one.intended for one in measured.stages.values()),
                "seconds": sum(one.intended for one in measured.seconds.values()),
            },
        ),
        "sent": (
            sum(one.sent for one in workers),
            {
                "routes": sum(one.sent for one in series),
                "stages": sum(one.sent for one in measured.stages.values()),
                "seconds": sum(one.sent for one in measured.seconds.values()),
            },
        ),
        "timed out": (
            sum(one.timed_out for one in workers),
            {"routes": sum(one.timed_out for one in series)},
        ),
    }
    good = sum(one.good for one in series)
    counted["good"] = (
        good,
        {
            "stages": sum(one.good for one in measured.stages.values()),
            "seconds": sum(one.good for one in measured.seconds.values()),
        },
    )
    failed = sum(one.failed for one in measured.seconds.values())
    counted["good and failed"] = (sum(one.sent for one in workers), {"seconds": good + failed})
    for what, (count, others) in counted.items():
        for by, other in others.items():
            if other != count:
                yield f"as many {what} by {by} as in all", f"{other:,} of {count:,}"


def _series(name: str, series: Series) -> Iterator[Problem]:
    counted = series.corrected.count
    if counted != series.intended:
        yield f"{name}: a time for each intended request", f"{counted:,} of {series.intended:,}"
    timed = counted - series.corrected.never
    if timed != series.good:
        yield (
            f"{name}: a time for each good answer, and `never` for the others",
            f"{timed:,} times, {series.good:,} good",
        )
    if series.service.count != series.good:
        yield f"{name}: a service time for each good answer", f"{series.service.count:,} of {series.good:,}"
    if series.sent > series.intended or series.good > series.sent:
        yield f"{name}: good ≤ sent ≤ intended", f"{series.good:,}, {series.sent:,}, {series.intended:,}"


def _planned(measured: Measured, plan: LoadPlan) -> Iterator[Problem]:
    """Intended as the plan says. Journeys may be shorter where a step fails, and never longer."""
    if measured.interrupted:
        return
    planned = arrivals(plan)
    intended = sum(worker.intended for worker in measured.workers)
    # Each worker may round once at each end of each stage.
    tolerance = float(2 * max(measured.workers_expected, 1) * len(plan.stages))
    if plan.arrivals == "poisson":
        tolerance += _SIGMAS * math.sqrt(planned)
    if not planned - tolerance <= intended <= (planned + tolerance) * Steps.of(plan).most:
        yield f"about {told.some(round(planned), 'arrival')} intended, as planned", f"{intended:,} requests"


def _equal(what: str, whole: int, *parts: tuple[str, int]) -> Iterable[Problem]:
    if whole != sum(count for _, count in parts):
        yield what, f"{whole:,} ≠ " + " + ".join(f"{count:,} {name}" for name, count in parts)
