"""Whether a run that is under way can still pass: only what no good second could make good ends it early."""

from __future__ import annotations

import math
from collections.abc import Iterable

from loadtests.histogram import LEAST, Histogram
from loadtests.measured import Live, Series
from loadtests.plan import LoadPlan
from loadtests.thresholds import Thresholds
from loadtests.verdict import told
from loadtests.verdict.failures import error_rate, failures
from loadtests.verdict.latency import SHARES, percentile
from loadtests.verdict.model import ALL, Holds
from loadtests.verdict.offered import Steps, arrivals

_SIGMAS = 6
"""Standard deviations that more than planned may still be intended, where that is left to chance."""


class Hope:
    """Follows a run, second by second.

    A reason is given as soon as the thresholds of all requests would not hold even if every request that the
    plan can still bring, and every one not yet answered, were good at once: so a few bad seconds of a long
    run never end it. Throughput is left to the end, since answers of a window may still be on their way.
    """

    def __init__(self, plan: LoadPlan, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._most = _most(plan)
        self._ended = Histogram()

    def see(self, live: Live) -> str | None:
        """Why it cannot pass any more, or None."""
        self._ended.merge(live.corrected)
        bad = max(self._ended.never, live.failed + live.dropped)
        most = max(self._most, self._ended.count, live.intended)
        return self._failures(bad, most) or self._times(most)

    def _failures(self, bad: int, most: int) -> str | None:
        best, limits = Series(intended=most, sent=most, good=most - bad), self._thresholds
        if limits.failures is not None and failures(ALL, limits.failures, best).holds is Holds.NO:
            return f"{told.some(bad, 'failure')} already; at most {limits.failures:,} may be"
        if limits.error_rate is not None and error_rate(ALL, limits.error_rate, best).holds is Holds.NO:
            return (
                f"{told.some(bad, 'failure')} already, {told.share(bad / most)} of all {most:,} requests"
                f" of the whole run; at most {told.share(limits.error_rate)} may be"
            )
        return None

    def _times(self, most: int) -> str | None:
        limits = self._thresholds
        wanted = {"p50": limits.p50, "p95": limits.p95, "p99": limits.p99}
        for what, share in SHARES.items():
            limit = wanted[what]
            if limit is None:
                continue
            slow = self._ended.above(limit)
            if slow <= (1 - share) * most:
                continue
            best = _with_fast(self._ended, most - self._ended.count)
            judged = percentile(what, ALL, limit, Series(corrected=best), counted=limits.failures is not None)
            if judged.holds is Holds.NO:
                return (
                    f"{told.some(slow, 'request')} beyond {told.seconds(limit)} already,"
                    f" {told.share(slow / most)} of all {most:,} of the whole run;"
                    f" for the {what} at most {told.share(1 - share)} may be"
                )
        return None


def hopeless(lives: Iterable[Live], plan: LoadPlan, thresholds: Thresholds) -> str | None:
    """Why a run that went so until now cannot pass any more; None: it still can. Pure."""
    hope, reason = Hope(plan, thresholds), None
    for live in lives:
        reason = hope.see(live) or reason
    return reason


def _most(plan: LoadPlan) -> int:
    """The most requests that the plan can intend."""
    steps, planned = Steps.of(plan), arrivals(plan)
    if plan.arrivals == "uniform" and steps.square == steps.most**2:
        return math.ceil(planned + len(plan.stages)) * steps.most
    return math.ceil(planned * steps.mean + _SIGMAS * math.sqrt(planned * steps.square)) + steps.most


def _with_fast(times: Histogram, more: int) -> Histogram:
    fast = Histogram()
    fast.record(LEAST)
    whole = Histogram.decode([[index, count * more] for index, count in fast.encode()])
    whole.merge(times)
    return whole
