"""What the prometheus plugin counts, for /metrics: only what its settings ask for."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from atalaia.systems.kong.plugins.prometheus import Groups

_KONG_BUCKETS = (1, 2, 5, 7, 10, 15, 20, 30, 50, 75, 100, 200, 500, 750, 1000)
_UPSTREAM_BUCKETS = (25, 50, 80, 100, 250, 400, 700, 1000, 2000, 5000, 10000, 30000, 60000)
"""Milliseconds; also of the whole request."""


class Logged(NamedTuple):
    """A finished request, as Kong's log phase sees it."""

    status: int
    source: str
    """Who answered: `service` or `kong`."""
    consumer: str
    ingress: int
    """Bytes of the request; of the answer: egress."""
    egress: int
    kong: int
    """Milliseconds that Kong took; that the upstream took, None where none was asked; all in all."""
    upstream: int | None
    request: int


class _Histogram:
    __slots__ = ("_buckets", "_counts", "_sum")

    def __init__(self, buckets: tuple[int, ...]) -> None:
        self._buckets = buckets
        self._counts = [0] * (len(buckets) + 1)
        self._sum = 0

    def observe(self, value: int) -> None:
        self._counts[bisect_left(self._buckets, value)] += 1
        self._sum += value

    def lines(self, name: str, labels: str) -> Iterator[str]:
        """Empty where nothing was observed, as Kong leaves it out."""
        total = 0
        for bound, count in zip((*self._buckets, "+Inf"), self._counts, strict=True):
            total += count
            yield f'{name}_bucket{{{labels},le="{bound}"}} {total}'
        yield f"{name}_count{{{labels}}} {total}"
        yield f"{name}_sum{{{labels}}} {self._sum}"


@dataclass(slots=True)
class _Series:
    """What is counted of one route of one service."""

    statuses: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    """By status, source, consumer."""
    bandwidth: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By direction, consumer."""
    kong: _Histogram | None = None
    upstream: _Histogram | None = None
    request: _Histogram | None = None


class Metrics:
    """The counters of a node; they outlive its configurations."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, str], _Series] = {}

    def log(self, service: str, route: str, asked: Groups, it: Logged) -> None:
        """Count a request of this route of this service."""
        key = (service, route)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = _Series()
        consumer = it.consumer if asked.per_consumer else ""
        if asked.status_codes:
            series.statuses[it.status, it.source, consumer] += 1
        if asked.bandwidth:
            series.bandwidth["ingress", consumer] += it.ingress
            series.bandwidth["egress", consumer] += it.egress
        if asked.latency:
            if series.kong is None or series.request is None:
                series.kong, series.request = _Histogram(_KONG_BUCKETS), _Histogram(_UPSTREAM_BUCKETS)
            series.kong.observe(it.kong)
            series.request.observe(it.request)
            if it.upstream is not None:
                if series.upstream is None:
                    series.upstream = _Histogram(_UPSTREAM_BUCKETS)
                series.upstream.observe(it.upstream)

    def lines(self) -> Iterator[str]:
        """The families that something was counted for, in Prometheus' text format."""
        series = sorted(self._series.items())
        yield from family(
            "kong_bandwidth_bytes",
            "counter",
            "Total bandwidth (ingress/egress) throughput in bytes",
            (
                f'kong_bandwidth_bytes{{{_labels(key)},direction="{direction}",'
                f'consumer="{label(consumer)}"}} {count}'
                for key, it in series
                for (direction, consumer), count in sorted(it.bandwidth.items())
            ),
        )
        yield from family(
            "kong_http_requests_total",
            "counter",
            "HTTP status codes per consumer/service/route in Kong",
            (
                f'kong_http_requests_total{{{_labels(key)},code="{status}",source="{source}",'
                f'consumer="{label(consumer)}"}} {count}'
                for key, it in series
                for (status, source, consumer), count in sorted(it.statuses.items())
            ),
        )
        for kind, told in (
            ("kong", "Latency added by Kong and enabled plugins for each service/route in Kong"),
            ("request", "Total latency incurred during requests for each service/route in Kong"),
            ("upstream", "Latency added by upstream response for each service/route in Kong"),
        ):
            name = f"kong_{kind}_latency_ms"
            histograms = [(key, getattr(it, kind)) for key, it in series]
            yield from family(
                name,
                "histogram",
                told,
                (
                    line
                    for key, histogram in histograms
                    if histogram is not None
                    for line in histogram.lines(name, _labels(key))
                ),
            )


def family(name: str, kind: str, told: str, lines: Iterable[str]) -> Iterator[str]:
    """The series of a metric with what is told of it; nothing where there is no series."""
    first = True
    for line in lines:
        if first:
            yield f"# HELP {name} {told}"
            yield f"# TYPE {name} {kind}"
            first = False
        yield line


def _labels(key: tuple[str, str]) -> str:
    return f'service="{label(key[0])}",route="{label(key[1])}"'


def label(value: str) -> str:
    """The value of a label, escaped."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
