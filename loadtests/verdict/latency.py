"""Corrected percentiles against their limits."""

from __future__ import annotations

import math
from typing import Literal

from loadtests.histogram import RELATIVE_ERROR, Histogram
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
    corrected: Histogram,
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
    """
    share = SHARES[what]
    limit_told = told.seconds(limit)
    expected = f"at most {limit_told}"
    total, times = corrected.count, _without(corrected, excuse.requests)
    if not times.count:  # nothing at all, or nothing but what the generator may have spoiled
        return Judgement(
            what=what, where=where, expected=expected, observed="nothing was measured",
            holds=Holds.UNDECIDED, remedy="send such requests: see the scenario's mix and its duration",
        )  # fmt: skip
    allowed = limit + excuse.delay(share)
    value, (low, high) = times.quantile(share), _interval(times, share)
    if counted:
        low = high = value or 0.0
    holds = Holds.UNDECIDED
    if high <= allowed:
        holds = Holds.YES
    elif low > allowed:
        holds = Holds.NO
    between = "" if counted or low == math.inf else f", 95 % sure of {_between(low, high)}"
    return Judgement(
        what=what,
        where=where,
        expected=expected,
        observed=f"{told.seconds(value)}{between} ({told.some(total, 'request')})",
        holds=holds,
        remedy=_remedy(what, holds, times, limit),
    )


def _interval(times: Histogram, share: float) -> tuple[float, float]:
    total = times.count
    lower, upper = ranks(share, total)
    low = times.quantile(lower / total) if lower else 0.0
    high = times.quantile(upper / total) if upper <= total else math.inf
    return (low or 0.0) * (1 - RELATIVE_ERROR), (high or 0.0) * (1 + RELATIVE_ERROR)


def _without(times: Histogram, failures: int) -> Histogram:
    """The same without so many of those that never ended well."""
    left = Histogram()
    left.merge(times)
    left.forget_never(failures)
    return left


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
