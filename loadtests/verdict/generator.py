"""Whether the generator was at fault: what voids a run, and what casts a doubt on it."""

from __future__ import annotations

from loadtests.histogram import Histogram
from loadtests.measured import Measured, Worker
from loadtests.plan import LoadPlan
from loadtests.thresholds import Thresholds
from loadtests.verdict import told
from loadtests.verdict.conservation import unreconciled
from loadtests.verdict.excuse import LOOP_TURNS, Excuse
from loadtests.verdict.model import Flaw, Reason
from loadtests.verdict.offered import Steps, peak

LAG_SHARE = 0.25
"""Part of the p95's limit that 99 of 100 arrivals may lag. Corrected times count the lag against the stack,
so a PASS is true with any; but beyond this it is the generator that is measured."""
SMOKE_SHARE = 0.5
"""The same where failures are counted: of so few arrivals the 99th of 100 is the one hiccup of a machine."""
DOUBT_SHARE = 0.05
"""Part of the p95's limit from which on the lag of 99 of 100 arrivals may be what makes a percentile fail."""
LAG_LEAST = 0.010
"""Seconds that they may lag in any case: what an ordinary machine's scheduler takes now and then."""
PATIENT = 1.0
"""Seconds, in the place of a limit where no time is judged."""
ABORTED = "aborted"
"""`Measured.interrupted` begins so where the run was ended because it could not pass any more."""
_BUSY = 0.85
"""Part of a core from which on the generator itself is what was too slow."""


def lag_limit(thresholds: Thresholds) -> float:
    """Seconds that 99 of 100 arrivals may lag."""
    share = LAG_SHARE if thresholds.failures is None else SMOKE_SHARE
    return max(share * (thresholds.p95 or PATIENT), LAG_LEAST)


def lag_doubt(thresholds: Thresholds) -> float:
    """Seconds of lag from which on a threshold that fails may fail by the generator's fault."""
    return max(DOUBT_SHARE * (thresholds.p95 or PATIENT), LAG_LEAST)


def lag_of(measured: Measured) -> Histogram:
    """The lag of all workers' arrivals."""
    lag = Histogram()
    for worker in measured.workers:
        lag.merge(worker.lag)
    return lag


def voids(measured: Measured, plan: LoadPlan) -> tuple[Reason, ...]:
    """What makes a run tell nothing, whatever else it measured: samples are missing, and which ones is
    unknown."""
    found = []
    if measured.interrupted and not aborted(measured):
        found.append(_reason(Flaw.INTERRUPTED, "a whole run", measured.interrupted, "let it reach its end"))
    if measured.generator:
        found.append(
            _reason(Flaw.GENERATOR, "a generator without errors", measured.generator, "see what it says")
        )
    missing = measured.workers_expected - len(measured.workers)
    if missing > 0:
        found.append(
            _reason(
                Flaw.WORKER_MISSING, told.some(measured.workers_expected, "worker"),
                told.some(len(measured.workers), "worker"), "start them all, with the same scenario",
            )
        )  # fmt: skip
    found += [
        _reason(
            Flaw.WORKER_LOST, f"{worker.name} until the end", "it vanished in the run",
            "see its own output: killed, out of memory, cut off the network?",
        )
        for worker in measured.workers
        if worker.lost
    ]  # fmt: skip
    if not sum(worker.intended for worker in measured.workers):
        return (*found, _reason(Flaw.NO_DATA, "requests in measured stages", "none", _nothing(measured)))
    return (*found, *unreconciled(measured, plan))


def doubts(
    measured: Measured, plan: LoadPlan, thresholds: Thresholds, limit: float
) -> tuple[tuple[Reason, ...], Excuse]:
    """What makes a run tell less than it should, and how much of what failed it may excuse.

    `limit`: seconds that 99 of 100 arrivals may lag. Less lag may excuse a percentile, too; that is no reason
    as long as none fails.
    """
    found, excused = [], 0
    doubt, lag = min(lag_doubt(thresholds), limit), Histogram()
    if any(_lag(worker) > doubt for worker in measured.workers):
        lag = lag_of(measured)
    if any(_lag(worker) > limit for worker in measured.workers):
        # Less is too little to make a server answer 503, or to let a timeout pass.
        excused += LOOP_TURNS * lag.above(limit)
        found.append(lag_reason(measured, limit))
    unsent = sum(worker.unsent for worker in measured.workers)
    excused += unsent
    if unsent and not measured.interrupted:
        # The end of a run before its time leaves some unsent in any case.
        found.append(
            _reason(
                Flaw.UNSENT, "every arrival sent", f"{told.some(unsent, 'arrival')} never begun",
                "the generator could not send as much: use more workers, or a lower rate",
            )
        )  # fmt: skip
    crowded = sum(worker.dropped for worker in measured.workers) - unsent
    capacity, enough = _capacity(plan), _slowest(plan, thresholds)
    if crowded > 0 and capacity < enough:
        excused += crowded
        found.append(
            _reason(
                Flaw.IN_FLIGHT, f"room for answers that take {told.seconds(enough)}, at the peak rate",
                f"in_flight {plan.in_flight:,} is full where they take {told.seconds(capacity)};"
                f" {told.some(crowded, 'arrival')} dropped",
                "raise in_flight",
            )
        )  # fmt: skip
    if aborted(measured):
        # The last, since the others may be why.
        found.append(
            _reason(Flaw.INTERRUPTED, "a whole run", measured.interrupted, "with --no-abort it goes on")
        )
    return tuple(found), Excuse(excused, lag)


def lag_reason(measured: Measured, limit: float) -> Reason:
    """That the generator lags more than it may."""
    worst = max(measured.workers, key=_lag)
    return _reason(
        Flaw.LAG,
        f"99 of 100 arrivals at most {told.seconds(limit)} late",
        f"{told.seconds(_lag(worst))} in {worst.name}",
        _slow(worst),
    )


def aborted(measured: Measured) -> bool:
    """Whether it was ended because it could not pass any more."""
    return measured.interrupted.startswith(ABORTED)


def _lag(worker: Worker) -> float:
    return worker.lag.quantile(0.99) or 0.0


def _capacity(plan: LoadPlan) -> float:
    """Seconds that each answer may take before `in_flight` is full at the peak rate (Little's law)."""
    return plan.in_flight / max(peak(plan) * Steps.of(plan).mean, 1e-9)


def _slowest(plan: LoadPlan, thresholds: Thresholds) -> float:
    """The slowest answers that could still hold every threshold."""
    every = (thresholds, *thresholds.routes.values())
    limits = [limit for one in every for limit in (one.p50, one.p95, one.p99) if limit is not None]
    return max(limits, default=plan.timeout)


def _slow(worker: Worker) -> str:
    used = worker.processor / worker.wall if worker.wall else 0.0
    if used >= _BUSY:
        return f"it used {used:.0%} of a core: spread the load over more workers"
    return "something else took its processor: give it one of its own, or lower the rate"


def _nothing(measured: Measured) -> str:
    if any(worker.warm_up for worker in measured.workers):
        return "the run ended in its warm-up: make it longer"
    return "see the generator's output"


def _reason(flaw: Flaw, expected: str, observed: str, remedy: str) -> Reason:
    return Reason(flaw=flaw, expected=expected, observed=observed, remedy=remedy)
