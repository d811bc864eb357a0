"""Pages of metrics, in the text format 0.0.4."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from atalaia.systems.prometheus.written import number, written
from loadtests.histogram import Histogram
from loadtests.measured import Live, Measured
from loadtests.metrics import catalogue
from loadtests.metrics.catalogue import FINAL, LIVE, Metric
from loadtests.verdict.generator import lag_of
from loadtests.verdict.model import ALL, Holds, Outcome, Verdict
from loadtests.verdict.spent import everything

Sample = tuple[Metric, Mapping[str, str], float | None]
_QUANTILES = (0.5, 0.95, 0.99)
_ROUTES = 100
"""Routes; where there are more, only all together are told: each has seven series."""


def final(labels: Mapping[str, str], verdict: Verdict, measured: Measured) -> str:
    """The page of a run that is over. `labels` are environment and scenario."""
    return _page(FINAL, labels, _final(verdict, measured))


def live(labels: Mapping[str, str], now: Live) -> str:
    """The page of a moment."""
    return _page(LIVE, labels, _live(now))


def _final(verdict: Verdict, measured: Measured) -> Iterator[Sample]:
    whole, lasted = everything(measured), measured.ended - measured.began
    for outcome in Outcome:
        yield catalogue.VERDICT, {"verdict": outcome.lower()}, float(outcome is verdict.outcome)
    yield catalogue.ENDED, {}, measured.ended
    yield catalogue.LASTED, {}, lasted
    yield catalogue.OFFERED, {}, whole.intended / lasted if lasted > 0 else None
    yield catalogue.GOOD, {}, whole.good / lasted if lasted > 0 else None
    counts = {
        "intended": whole.intended,
        "sent": whole.sent,
        "dropped": whole.intended - whole.sent,
        "good": whole.good,
        "timed_out": whole.timed_out,
    }
    for state, count in counts.items():
        yield catalogue.REQUESTS, {"state": state}, count
    yield from _times(ALL, "lag", lag_of(measured))
    routes = measured.series if len(measured.series) <= _ROUTES else {}
    for route, series in {ALL: whole, **routes}.items():
        bad = series.intended - series.good
        yield catalogue.ERRORS, {"route": route}, bad / series.intended if series.intended else None
        yield from _times(route, "corrected", series.corrected)
        yield from _times(route, "service", series.service)
    for judgement in verdict.judgements:
        if judgement.holds is not Holds.UNDECIDED:
            told = {"what": judgement.what, "route": judgement.where}
            yield catalogue.HELD, told, float(judgement.holds is Holds.YES)


def _times(route: str, kind: str, times: Histogram) -> Iterator[Sample]:
    for share in _QUANTILES:
        yield (
            catalogue.LATENCY,
            {"route": route, "kind": kind, "quantile": f"{share:g}"},
            times.quantile(share),
        )


def _live(now: Live) -> Iterator[Sample]:
    yield catalogue.RATE, {}, now.rate
    yield catalogue.SENT_RATE, {}, now.sent_rate
    yield catalogue.IN_FLIGHT, {}, now.in_flight
    yield catalogue.P95, {}, now.p95
    yield catalogue.LAG, {}, now.lag_p99
    yield catalogue.WORKERS, {}, now.workers
    yield catalogue.LEFT, {}, max(now.lasts - now.at, 0.0)
    for state in ("intended", "sent", "good", "failed", "dropped"):
        yield catalogue.COUNTED, {"state": state}, getattr(now, state)


def _page(metrics: Iterable[Metric], labels: Mapping[str, str], samples: Iterable[Sample]) -> str:
    lines: dict[str, list[str]] = {metric.name: [] for metric in metrics}
    for metric, more, value in samples:
        if value is not None and not math.isnan(value):
            told = {**labels, **more}
            if set(told) != {*catalogue.OF_ALL, *metric.labels}:
                raise ValueError(f"{metric.name} with the labels {sorted(told)} is not in the catalogue")
            lines[metric.name].append(f"{metric.name}{{{written(told)}}} {number(value)}\n")
    parts: list[str] = []
    for metric in metrics:
        if found := lines[metric.name]:
            parts += [f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} {metric.type}\n", *found]
    return "".join(parts)
