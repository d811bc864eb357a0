"""`POST /api/ds/query` for Prometheus: what is asked, over which time, in which steps.

After Grafana 10.4: docs "Query a data source" (docs/sources/developers/http_api/data_source.md), its
pkg/promlib/models/query.go for steps and variables, pkg/services/query/errors.go for refusals.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from atalaia.environment.units import parse_duration
from atalaia.systems.grafana import interpolate
from sandbox.standins.grafana.frames import Asked
from sandbox.standins.grafana.provisioning import DataSource

_RELATIVE = re.compile(r"now(?:-(\d+)([smhdwMy]))?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 30 * 86400, "y": 365 * 86400}
_MOST_POINTS = 11000
"""Prometheus refuses more in one answer."""
_DEFAULT_POINTS = 100
_SCRAPE_INTERVAL = "15s"


class BadRequest(Exception):
    """The request is refused; `id` is Grafana's name of the refusal."""

    def __init__(self, message: str, identity: str = "") -> None:
        super().__init__(message)
        self.id = identity


@dataclass(frozen=True)
class Query:
    """One query, ready to be sent."""

    ref: str
    source: str
    """The data source's uid, or its number as text."""
    expression: str
    legend: str
    instant: bool
    range: bool
    interval: float | None
    """Seconds, where the request says so."""
    points: int


@dataclass(frozen=True)
class Request:
    """What a request asks."""

    queries: tuple[Query, ...]
    start: float
    end: float
    """Seconds since 1970."""


def read(body: bytes, now: float) -> Request:
    """Read a request's body. Raises BadRequest."""
    try:
        document = json.loads(body)
        queries = document.get("queries") or []
        start, end = (_time(document[name], now) for name in ("from", "to"))
        found = tuple(map(_query, queries))
    except BadRequest:
        raise
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadRequest("bad request data") from None
    if not found:
        raise BadRequest("No queries found", "query.noQueries")
    return Request(found, start, end)


def _time(text: Any, now: float) -> float:
    """Milliseconds since 1970, or `now-5m`."""
    match = _RELATIVE.fullmatch(str(text))
    if match is None:
        return float(text) / 1000
    return now - (int(match[1]) * _SECONDS[match[2]] if match[1] else 0)


def _query(given: Mapping[str, Any]) -> Query:
    source = given.get("datasource") or {}
    uid = source.get("uid") or given.get("datasourceId")
    if not uid:
        what = "Query does not contain a valid data source identifier"
        raise BadRequest(what, "query.invalidDatasourceId")
    instant, ranged = bool(given.get("instant")), bool(given.get("range"))
    interval = given.get("intervalMs")
    return Query(
        ref=given.get("refId") or "A",
        source=str(uid),
        expression=given.get("expr") or "",
        legend=given.get("legendFormat") or "",
        instant=instant,
        # A query that is neither was made by an older dashboard, and is one over a range.
        range=ranged or not instant,
        interval=None if interval is None else float(interval) / 1000,
        points=int(given.get("maxDataPoints") or _DEFAULT_POINTS),
    )


def calls(request: Request, query: Query, source: DataSource) -> list[tuple[str, str, Asked]]:
    """What to ask Prometheus for: the API's path, the form, and what belongs to the answer.

    Grafana also rounds the step to a pleasant number; here it is rounded up to whole seconds.
    """
    length = request.end - request.start
    scrape = parse_duration(str(source.json_data.get("timeInterval") or _SCRAPE_INTERVAL)).total_seconds()
    interval = scrape if query.interval is None else query.interval
    step = max(1.0, math.ceil(max(interval, length / query.points, length / _MOST_POINTS)))
    asked = Asked(query.ref, _interpolated(query, length, step, scrape), query.legend, step)
    found = []
    if query.range:
        # Grafana aligns the range to the step, so that a graph does not change its points at every look.
        start, end = (math.floor(at / step) * step for at in (request.start, request.end))
        form = {"query": asked.expression, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"}
        found.append(("api/v1/query_range", urlencode(form), asked))
    if query.instant:
        form = {"query": asked.expression, "time": f"{request.end:.3f}"}
        found.append(("api/v1/query", urlencode(form), asked))
    return found


def _interpolated(query: Query, length: float, step: float, scrape: float) -> str:
    interval = step if query.interval is None else query.interval
    values = {
        "__interval": f"{max(1, round(interval))}s",
        "__interval_ms": str(round(interval * 1000)),
        "__range": f"{round(length)}s",
        "__range_s": str(round(length)),
        "__range_ms": str(round(length * 1000)),
        "__rate_interval": f"{max(1, round(max(interval + scrape, 4 * scrape)))}s",
    }
    return interpolate(query.expression, values)
