"""Prometheus' answers as Grafana's data frames.

After Grafana 10.4's pkg/promlib: converter/prom.go (one frame a series, NaN as null with its place in
`entities`) and querydata/response.go (names, steps, the executed query).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.standins.grafana.source import Answer

_TYPES = {"matrix": "timeseries-multi", "vector": "numeric-multi", "scalar": "numeric-multi"}
_LABEL = re.compile(r"\{\{\s*(.+?)\s*\}\}")


class SourceError(Exception):
    """The data source refused the query; the text is what it said."""

    def __init__(self, what: str, status: int) -> None:
        super().__init__(what)
        self.status = status


@dataclass(frozen=True)
class Asked:
    """The query whose answer it is."""

    ref: str
    expression: str
    legend: str
    step: float
    """Seconds."""


def frames(asked: Asked, answer: Answer) -> list[dict[str, Any]]:
    """The frames of an answer. Raises SourceError where it is none, or says that the query failed."""
    document = _document(answer)
    data = document["data"]
    kind, result = data["resultType"], data["result"]
    if kind == "scalar":
        series = [{"metric": {}, "values": [result]}]
    elif kind in _TYPES:
        series = [{"metric": one["metric"], "values": one.get("values") or [one["value"]]} for one in result]
    else:
        raise SourceError(f"unknown result type: {kind}", answer.status)
    found = [_frame(asked, kind, one["metric"], one["values"]) for one in series]
    executed = f"Expr: {asked.expression}\nStep: {asked.step:g}s"
    if not found:
        found = [{"schema": {"refId": asked.ref, "meta": {}, "fields": []}, "data": {"values": []}}]
    found[0]["schema"]["meta"]["executedQueryString"] = executed
    return found


def _document(answer: Answer) -> dict[str, Any]:
    try:
        document = json.loads(answer.body)
    except ValueError:
        raise SourceError(f"the answer is no JSON (status {answer.status})", answer.status) from None
    if isinstance(document, dict) and document.get("status") == "error":
        raise SourceError(f"{document.get('errorType')}: {document.get('error')}", answer.status)
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict) or document.get("status") != "success" or "result" not in data:
        raise SourceError(f"not an answer of Prometheus (status {answer.status})", answer.status)
    return document


def _frame(asked: Asked, kind: str, metric: Mapping[str, str], samples: list[list[Any]]) -> dict[str, Any]:
    labels = {name: value for name, value in metric.items() if name != "__name__"}
    times = [int(float(at) * 1000) for at, _ in samples]
    numbers = [float(value) for _, value in samples]
    data: dict[str, Any] = {"values": [times, [value if math.isfinite(value) else None for value in numbers]]}
    entities = _entities(numbers)
    if entities:
        data["entities"] = [None, entities]
    time = {"name": "Time", "type": "time", "typeInfo": {"frame": "time.Time"}}
    value = {
        "name": metric.get("__name__", "Value"),
        "type": "number",
        "typeInfo": {"frame": "float64"},
        "labels": dict(metric) if "__name__" in metric else labels,
        "config": {"displayNameFromDS": _name(asked, metric)},
    }
    meta = {"type": _TYPES[kind], "typeVersion": [0, 1], "custom": {"resultType": kind}}
    fields = [{**time, "config": {"interval": asked.step * 1000}}, value]
    return {"schema": {"refId": asked.ref, "meta": meta, "fields": fields}, "data": data}


def _entities(numbers: list[float]) -> dict[str, list[int]]:
    """Where what JSON has no number for stood."""
    names = {"NaN": math.isnan, "Inf": lambda it: it == math.inf, "NegInf": lambda it: it == -math.inf}
    places = {name: [at for at, it in enumerate(numbers) if test(it)] for name, test in names.items()}
    return {name: found for name, found in places.items() if found}


def _name(asked: Asked, metric: Mapping[str, str]) -> str:
    if asked.legend and asked.legend != "__auto":
        return _LABEL.sub(lambda match: metric.get(match[1], ""), asked.legend)
    labels = ", ".join(f'{name}="{value}"' for name, value in sorted(metric.items()) if name != "__name__")
    name = metric.get("__name__", "")
    if labels:
        return f"{name}{{{labels}}}"
    return name or asked.expression
