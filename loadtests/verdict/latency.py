"""Corrected percentiles against their limits."""

from __future__ import annotations

import math
from typing import Literal

from loadtests.histogram import RELATIVE_ERROR, Histogram
from loadtests.measured import Series
from loadtests.verdict import told
from loadtests.verdict.excuse import NONE, Excuse
from loadtests.verdict.intervals import needed, ranks
from loadtests.verdict.model import Holds, Judgement

Percentile = Literal["p50", "p95", "p99"]
SHARES: dict[Percentile, float] = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def percentile(
    what: Percentile,
    where: str,
    limit: float,
    series: Series,
    *,
    counted: bool = False,
    excuse: Excuse = NONE,
) -> Judgement:
    """Whether a percentile of times since the intended start is at most `limit` seconds.

    What failed, timed out or was dropped is slower than any limit, so that fast failures improve nothing.
    The two order statistics that the percentile lies between (95 %, whatever the distribution) decide: both
    within the limit, it holds; both beyond, it does not; else too few were measured. Each counts with the
    error of its histogram bucket against itself.

    That interval takes the samples for independent. They are not quite: a pause of the stack makes
    neighbours slow together. So it says what *this run's* requests allow to say, which is what a verdict on
    this run needs; what another run would bring is told by the history, from whole runs, where a block
    bootstrap would have to guess it from the blocks of one.

    `counted`: a smoke run, too short for any interval; its own percentile decides.
    `excuse`: what the generator may have spoiled; it does not hold only where that cannot be why.
    """
    corrected = series.corrected
    share = SHARES[what]
    limit_told = told.seconds(limit)
    expected = f"at most {limit_told}"
    total = corrected.count
    if not total:
        return Judgement(
            what=what, where=where, expected=expected, observed="nothing was measured",
            holds=Holds.UNDECIDED, remedy="send such requests: see the scenario's mix and its duration",
        )  # fmt: skip
    value, (low, high) = corrected.quantile(share), _interval(corrected, share)
    if counted:
        low = high = value or 0.0
    holds = Holds.UNDECIDED
    if high <= limit:
        holds = Holds.YES
    elif low > limit:
        lower = math.ceil(share * total - 1e-9) if counted else ranks(share, total)[0]
        # As many slow ones as there are from the lower order statistic on.
        if excuse == NONE or excuse.slow(series, limit) > total - lower:
            holds = Holds.NO
    between = "" if counted or low == math.inf else f", 95 % sure of {_between(low, high)}"
    return Judgement(
        what=what,
        where=where,
        expected=expected,
        observed=f"{told.seconds(value)}{between} ({told.some(total, 'request')})",
        holds=holds,
        remedy=_remedy(what, holds, corrected, limit),
    )


def _interval(times: Histogram, share: float) -> tuple[float, float]:
    total = times.count
    lower, upper = ranks(share, total)
    low = times.quantile(lower / total) if lower else 0.0
    high = times.quantile(upper / total) if upper <= total else math.inf
    return (low or 0.0) * (1 - RELATIVE_ERROR), (high or 0.0) * (1 + RELATIVE_ERROR)


def _between(low: float, high: float) -> str:
    if high == math.inf:
        return f"at least {told.seconds(low)}"
    return f"{told.seconds(low)} to {told.seconds(high)}"


def _remedy(what: Percentile, holds: Holds, times: Histogram, limit: float) -> str:
    if holds is Holds.NO:
        return "see who spent the time; the server's figures over this very window name the hop"
    if holds is Holds.YES:
        return ""
    enough = needed(times.above(limit) / times.count, 1 - SHARES[what])
    if enough is None or enough <= times.count:
        return "too close to the limit to tell: repeat the run, longer"
    return f"too close to the limit to tell from so few: about {told.some(enough, 'request')} would"
