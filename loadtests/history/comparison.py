"""Whether a load test is slower than it was: shift *and* SLO."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from loadtests.verdict import told
from loadtests.verdict.model import ALL, Holds, Judgement, Outcome, Seconds, Told, Verdict

LAST = 7
"""Runs that make the baseline: a week of nightly ones."""
LEAST = 3
"""Runs without which there is no median worth its name."""
SHIFT = 0.10
"""Part by which the p95 may grow: what is 20 % slower is caught, and smaller steps are nobody's morning."""
GRAIN = 0.0005
"""Seconds that it may grow in any case: two runs of the same generator agree no better."""
_SIGMAS = 3
_NORMAL = 1.4826
"""Median absolute deviations of a normal distribution in its standard deviation."""


class Past(Told):
    """An earlier run that may be compared with."""

    run: str
    p95: float
    """Seconds, corrected, of all requests."""
    p50: float | None = None
    """The same of half of them."""


class Comparison(Told):
    """A run beside comparable ones: the same scenario and target, the same class of host, as many workers."""

    told: str
    """In one sentence."""
    baseline: tuple[Past, ...] = ()
    """The runs that it was compared with, the latest first."""
    median: float | None = None
    """Seconds: their p95's median; None: there is no baseline yet."""
    noise: float | None = None
    """Seconds: three standard deviations of theirs, by the median absolute deviation."""
    limit: float | None = None
    """Seconds that this run's p95 may take …"""
    p95: Seconds | None = None
    """… and takes."""
    p50: Seconds | None = None
    """Seconds that half of this run's requests take at most …"""
    p50_limit: float | None = None
    """… and may: it differs less from run to run than a p95, and shows what makes every answer slower."""
    slower: bool = False
    """Whether one of the two is a regression."""


def regressed(verdict: Verdict, earlier: Sequence[Past], last: int = LAST) -> Comparison:
    """Whether the corrected p95 or p50 of all requests has grown, against the median of the `last` of
    `earlier` (the latest first); pure.

    One has where it is beyond the median by more than SHIFT, more than GRAIN, and more than the runs differ
    among themselves: three standard deviations, estimated by the median absolute deviation, which one odd
    night does not move. Where the runs differ by much, a small regression cannot be told, and the limit says
    so. With fewer than LEAST runs there is no baseline.
    """
    baseline = tuple(earlier[:last])
    p95 = verdict.times[0].corrected.p95 if verdict.times else None
    if verdict.outcome is Outcome.INVALID:
        return Comparison(told="not compared: the run is INVALID", baseline=baseline, p95=p95)
    if p95 is None:
        return Comparison(told="not compared: no p95 of a whole run", baseline=baseline)
    if len(baseline) < LEAST:
        runs = told.some(len(baseline), "comparable run")
        return Comparison(told=f"no baseline yet: {runs} of {LEAST}", baseline=baseline, p95=p95)
    middle, noise = _usual([past.p95 for past in baseline])
    limit = middle + max(SHIFT * middle, GRAIN, noise)
    comparison = Comparison(
        told=_sentence("p95", p95, middle, limit, len(baseline)),
        baseline=baseline,
        median=middle,
        noise=noise,
        limit=limit,
        p95=p95,
        slower=p95 > limit,
    )
    return _by_half(comparison, verdict.times[0].corrected.p50)


def _by_half(comparison: Comparison, p50: float | None) -> Comparison:
    """The comparison with the p50 beside the p95, where all of the baseline tell theirs."""
    known = [past.p50 for past in comparison.baseline if past.p50 is not None and math.isfinite(past.p50)]
    if p50 is None or len(known) < len(comparison.baseline):
        return comparison
    middle, noise = _usual(known)
    limit = middle + max(SHIFT * middle, GRAIN, noise)
    beside = comparison.model_copy(update={"p50": p50, "p50_limit": limit})
    if p50 <= limit or comparison.slower:
        return beside
    sentence = _sentence("p50", p50, middle, limit, len(known))
    return beside.model_copy(update={"slower": True, "told": sentence})


def _usual(times: Sequence[float]) -> tuple[float, float]:
    """The median, and three standard deviations."""
    middle = median(times)
    return middle, _SIGMAS * _NORMAL * median(abs(time - middle) for time in times)


def _sentence(what: str, time: float, middle: float, limit: float, runs: int) -> str:
    shifted = f"{what} {told.seconds(time)}, {_shift(time, middle)} the median of {runs} comparable runs"
    return f"{shifted}, {told.seconds(middle)}; at most {told.seconds(limit)}"


def with_regression(verdict: Verdict, comparison: Comparison) -> Verdict:
    """The verdict with the regression as one more judgement, where there is a baseline: a run that still
    holds its SLO and has become slower is a FAIL. Pure."""
    if comparison.median is None or comparison.limit is None:
        return verdict
    judgement = Judgement(
        what="regression",
        where=ALL,
        expected=f"p95 at most {told.seconds(comparison.limit)}{_half(comparison)}",
        observed=comparison.told,
        holds=Holds.NO if comparison.slower else Holds.YES,
        remedy="see what changed since; where it is meant, accept this run as the new baseline"
        if comparison.slower
        else "",
    )
    judgements = (*verdict.judgements, judgement)
    if not comparison.slower or verdict.outcome is not Outcome.PASS:
        return verdict.model_copy(update={"judgements": judgements})
    return verdict.model_copy(
        update={
            "judgements": judgements,
            "outcome": Outcome.FAIL,
            "because": f"regression: {comparison.told}; the thresholds hold",
        }
    )


def _half(comparison: Comparison) -> str:
    limit = comparison.p50_limit
    return "" if limit is None else f", p50 at most {told.seconds(limit)}"


def _shift(p95: float, middle: float) -> str:
    if math.isinf(p95) or not middle:
        return "far beyond"
    part = p95 / middle - 1
    if abs(part) < 0.005:
        return "as"
    return f"{abs(part):.0%} {'above' if part > 0 else 'below'}"
