"""PASS, FAIL or INVALID."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from loadtests.measured import Measured, Series
from loadtests.plan import LoadPlan
from loadtests.thresholds import Limits, Thresholds
from loadtests.verdict import generator
from loadtests.verdict.excuse import NONE, Excuse
from loadtests.verdict.failures import error_rate, failures
from loadtests.verdict.latency import Percentile, percentile
from loadtests.verdict.model import ALL, Flaw, Holds, Judgement, Outcome, Reason, Verdict, What, Window
from loadtests.verdict.settled import cut_off, settled
from loadtests.verdict.spent import everything, times
from loadtests.verdict.throughput import route_throughput, throughput

_NAMED = 3


def judge(
    measured: Measured, plan: LoadPlan, thresholds: Thresholds, lag_limit: float | None = None
) -> Verdict:
    """The verdict on a load test; pure.

    `lag_limit`: seconds that 99 of 100 arrivals may lag; default: `generator.lag_limit`.

    What is true decides between FAIL and INVALID, in this order (docs/load-verdict.md):
    1. Samples are missing and nobody knows which (a worker lost or missing, counts that do not reconcile, an
       interruption, no data): INVALID, whatever the rest says.
    2. The generator was late, left arrivals unsent, or had room for too few: FAIL only by a threshold that
       fails also with all that the generator may have spoiled taken off; else INVALID. A little late is
       enough to doubt a slow percentile, and no reason to doubt what holds although it counts the lag.
    3. A threshold does not hold: FAIL, also where another is undecided.
    4. A threshold is undecided, or there is none: INVALID.
    5. PASS.
    """
    judgements, windows = _judged(measured, plan, thresholds, NONE)
    voids = generator.voids(measured, plan)
    limit = generator.lag_limit(thresholds) if lag_limit is None else lag_limit
    doubts, excuse = generator.doubts(measured, plan, thresholds, limit)
    failed = [judgement for judgement in judgements if judgement.holds is Holds.NO]
    if failed and excuse != NONE:
        favourable, _ = _judged(measured, plan, thresholds, excuse)
        certain = {(one.what, one.where) for one in favourable if one.holds is Holds.NO}
        failed = [judgement for judgement in failed if (judgement.what, judgement.where) in certain]
        if not failed and not doubts:
            doubts = (generator.lag_reason(measured, generator.lag_doubt(thresholds)),)
    unasked = _unasked(measured, plan, thresholds) if not voids else []
    reasons = (*voids, *doubts, *_undecided(judgements), *unasked, *_without(judgements))
    outcome = Outcome.PASS
    if voids or (reasons and not failed):
        outcome = Outcome.INVALID
    elif failed:
        outcome = Outcome.FAIL
    return Verdict(
        outcome=outcome,
        because=because(outcome, tuple(failed), reasons, len(judgements)),
        judgements=judgements,
        reasons=reasons,
        times=times(settled(measured)),
        windows=windows,
    )


def because(
    outcome: Outcome, failed: tuple[Judgement, ...], reasons: tuple[Reason, ...], thresholds: int
) -> str:
    """The outcome's cause in one sentence."""
    if outcome is Outcome.PASS:
        return "the threshold holds" if thresholds == 1 else f"all {thresholds} thresholds hold"
    if outcome is Outcome.FAIL:
        first, more = min(failed, key=_telling), len(failed) - 1
        where = "" if first.where == ALL else f" of {first.where}"
        told = f"{first.what}{where}: {first.observed}; {first.expected}"
    else:
        reason, more = reasons[0], len(reasons) - 1
        told = f"{reason.flaw.value}: {reason.observed}; expected {reason.expected}"
    return told + (f"; and {more} more" if more else "")


def _telling(judgement: Judgement) -> tuple[bool, int]:
    """What is told first: what concerns everything, and what causes the rest: failures make all else fail."""
    order: tuple[What, ...] = ("failures", "error-rate", "p95", "p50", "p99")
    rank = order.index(judgement.what) if judgement.what in order else len(order)
    return judgement.where != ALL, rank


def _judged(
    measured: Measured, plan: LoadPlan, thresholds: Thresholds, excuse: Excuse
) -> tuple[tuple[Judgement, ...], tuple[Window, ...]]:
    found: list[Judgement] = []
    windows: tuple[Window, ...] = ()
    cut, measured = cut_off(measured), settled(measured)
    if thresholds.throughput is not None:
        in_windows = replace(excuse, requests=excuse.requests + cut)
        judgement, windows = throughput(thresholds.throughput, measured, plan, excuse=in_windows)
        found.append(judgement)
    found += _series(ALL, thresholds, everything(measured), excuse)
    for name, limits in sorted(thresholds.routes.items()):
        series = measured.series.get(name, Series())
        if limits.throughput is not None:
            found.append(route_throughput(name, limits.throughput, series, measured, plan, excuse=excuse))
        found += _series(name, limits, series, excuse)
    found += _beneath(measured, thresholds, excuse)
    return tuple(found), windows


def _beneath(measured: Measured, thresholds: Thresholds, excuse: Excuse) -> Iterator[Judgement]:
    """What all requests must hold, where a route without limits of its own is shown not to: one that is
    seldom asked is hidden by the others. What it has too few samples for is told by all of them. Where
    failures are counted, a route has hardly any."""
    if thresholds.failures is not None:
        return
    common = Limits(
        p50=thresholds.p50, p95=thresholds.p95, p99=thresholds.p99, error_rate=thresholds.error_rate
    )
    for name, series in sorted(measured.series.items()):
        if name not in thresholds.routes and len(measured.series) > 1:
            judged = _series(name, common, series, excuse)
            yield from (judgement for judgement in judged if judgement.holds is Holds.NO)


def _series(where: str, limits: Limits, series: Series, excuse: Excuse) -> Iterator[Judgement]:
    counted = limits.failures is not None
    wanted: dict[Percentile, float | None] = {"p50": limits.p50, "p95": limits.p95, "p99": limits.p99}
    for what, limit in wanted.items():
        if limit is not None:
            yield percentile(what, where, limit, series, counted=counted, excuse=excuse)
    if limits.error_rate is not None:
        yield error_rate(where, limits.error_rate, series, excuse=excuse)
    if limits.failures is not None:
        yield failures(where, limits.failures, series, excuse=excuse)


def _undecided(judgements: tuple[Judgement, ...]) -> list[Reason]:
    return [
        Reason(
            flaw=Flaw.UNDECIDED,
            expected=f"{one.what} {one.expected}" + ("" if one.where == ALL else f" ({one.where})"),
            observed=one.observed,
            remedy=one.remedy,
        )
        for one in judgements
        if one.holds is Holds.UNDECIDED
    ]


def _unasked(measured: Measured, plan: LoadPlan, thresholds: Thresholds) -> list[Reason]:
    """A smoke run asks everything: what it counts says nothing of what was never asked for."""
    if thresholds.failures is None:
        return []
    asked = {name for name, series in measured.series.items() if series.intended}
    missing = [entry.name for entry in plan.entries if entry.requests[0].name not in asked]
    if not missing:
        return []
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return [
        Reason(
            flaw=Flaw.UNDECIDED,
            expected="everything in the mix asked for at least once",
            observed=f"never: {', '.join(missing[:_NAMED])}{more}",
            remedy="send for longer, or more: at least one arrival for each entry",
        )
    ]


def _without(judgements: tuple[Judgement, ...]) -> list[Reason]:
    if judgements:
        return []
    return [
        Reason(
            flaw=Flaw.NO_THRESHOLD,
            expected="at least one threshold",
            observed="none",
            remedy="give the environment an slo, or the scenario thresholds",
        )
    ]
