"""Who spent the time: corrected, service and lag percentiles side by side."""

from __future__ import annotations

import math

from loadtests.histogram import Histogram
from loadtests.measured import Measured, Series
from loadtests.verdict import told
from loadtests.verdict.generator import lag_of
from loadtests.verdict.model import ALL, Party, Quantiles, Times

_SHARE = 0.95


def everything(measured: Measured) -> Series:
    """All requests, whatever they are called."""
    whole = Series()
    for series in measured.series.values():
        whole.intended += series.intended
        whole.sent += series.sent
        whole.good += series.good
        whole.timed_out += series.timed_out
        for kind, count in series.failures.items():
            whole.failures[kind] = whole.failures.get(kind, 0) + count
        whole.corrected.merge(series.corrected)
        whole.service.merge(series.service)
    return whole


def times(measured: Measured) -> tuple[Times, ...]:
    """Of all requests, then by route."""
    lag = lag_of(measured)
    return (
        _times(ALL, everything(measured), lag, told_lag=lag),
        *(_times(name, measured.series[name], lag) for name in sorted(measured.series)),
    )


def quantiles(histogram: Histogram) -> Quantiles:
    """Its percentiles."""
    p50, p95, p99 = (histogram.quantile(share) for share in (0.5, 0.95, 0.99))
    return Quantiles(count=histogram.count, p50=_rounded(p50), p95=_rounded(p95), p99=_rounded(p99))


def _rounded(seconds: float | None) -> float | None:
    """To a tenth of a microsecond: a bucket is never as narrow."""
    return None if seconds is None else round(seconds, 7)


def _times(where: str, series: Series, lag: Histogram, *, told_lag: Histogram | None = None) -> Times:
    party, spent = _party(series, lag)
    return Times(
        where=where,
        corrected=quantiles(series.corrected),
        service=quantiles(series.service),
        lag=None if told_lag is None else quantiles(told_lag),
        party=party,
        spent=spent,
    )


def _party(series: Series, lag: Histogram) -> tuple[Party, str]:
    """Percentiles do not add up exactly, so this names the largest part of the p95 and no more."""
    whole = series.corrected.quantile(_SHARE)
    if whole is None:
        return "nobody", "nothing was measured"
    if math.isinf(whole):
        return "failures", f"{told.share(series.corrected.never / series.corrected.count)} had no good answer"
    good = Histogram()
    good.merge(series.corrected)
    good.forget_never(good.never)
    answered = good.quantile(_SHARE) or 0.0
    service = min(series.service.quantile(_SHARE) or 0.0, answered)
    own = min(lag.quantile(_SHARE) or 0.0, max(answered - service, 0.0))
    parts: dict[Party, float] = {
        "service": service,
        "queueing": max(answered - service - own, 0.0),
        "generator": own,
        # Failures push the percentile up among the good ones.
        "failures": max(whole - answered, 0.0),
    }
    party = max(parts, key=lambda name: parts[name])
    words = ", ".join(f"{name} {told.seconds(part)}" for name, part in parts.items() if part > 0)
    return party, f"of {told.seconds(whole)} at p95: {words}"
