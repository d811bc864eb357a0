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
    slower: bool = False
    """Whether that is a regression."""


def regressed(verdict: Verdict, earlier: Sequence[Past], last: int = LAST) -> Comparison:
    """Whether the corrected p95 of all requests has grown, against the median of the `last` of `earlier`
    (the latest first); pure.

    It has where it is beyond the median by more than SHIFT, more than GRAIN, and more than the runs differ
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
    middle = median(past.p95 for past in baseline)
    noise = _SIGMAS * _NORMAL * median(abs(past.p95 - middle) for past in baseline)
    limit = middle + max(SHIFT * middle, GRAIN, noise)
    return Comparison(
        told=f"p95 {told.seconds(p95)}, {_shift(p95, middle)} the median of {len(baseline)} comparable runs,"
        f" {told.seconds(middle)}; at most {told.seconds(limit)}",
        baseline=baseline,
        median=middle,
        noise=noise,
        limit=limit,
        p95=p95,
        slower=p95 > limit,
    )


def with_regression(verdict: Verdict, comparison: Comparison) -> Verdict:
    """The verdict with the regression as one more judgement, where there is a baseline: a run that still
    holds its SLO and has become slower is a FAIL. Pure."""
    if comparison.median is None or comparison.limit is None:
        return verdict
    judgement = Judgement(
        what="regression",
        where=ALL,
        expected=f"p95 at most {told.seconds(comparison.limit)}",
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


def _shift(p95: float, middle: float) -> str:
    if math.isinf(p95) or not middle:
        return "far beyond"
    part = p95 / middle - 1
    if abs(part) < 0.005:
        return "as"
    return f"{abs(part):.0%} {'above' if part > 0 else 'below'}"
