"""A run that was ended early, without the requests that its own end cut off: nobody knows what they were."""

from __future__ import annotations

from loadtests.histogram import Histogram
from loadtests.measured import CUT_OFF, Measured, Series


def cut_off(measured: Measured) -> int:
    """How many requests were unanswered when the run was ended before its time."""
    return sum(series.failures.get(CUT_OFF, 0) for series in measured.series.values())


def settled(measured: Measured) -> Measured:
    """The same with only the requests that came to their own end; the counts by second stay as they are."""
    if not cut_off(measured):
        return measured
    series = {name: _settled(series) for name, series in measured.series.items()}
    return measured.model_copy(update={"series": series})


def _settled(series: Series) -> Series:
    count = series.failures.get(CUT_OFF, 0)
    corrected = Histogram()
    corrected.merge(series.corrected)
    corrected.forget_never(count)
    return Series(
        intended=series.intended - count,
        sent=series.sent - count,
        good=series.good,
        timed_out=series.timed_out - count,
        failures={kind: of for kind, of in series.failures.items() if kind != CUT_OFF},
        corrected=corrected,
        service=series.service,
    )
