"""The queries of a dashboard that Grafana has: of which source they are, and what they ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from atalaia.systems.grafana.api import Board, DataSource
from atalaia.systems.grafana.dashboard import Panel
from atalaia.systems.grafana.variables import interpolate, values

PROMETHEUS = "prometheus"
BUILT_IN = frozenset({"-- Grafana --", "-- Mixed --", "-- Dashboard --", "grafana", "-- Dashboard"})
"""Data sources that every Grafana has, and that no list tells."""

_OF_NUMBERS = frozenset(
    {"timeseries", "stat", "gauge", "bargauge", "barchart", "piechart", "histogram", "graph"}
)
_EXPORTED = re.compile(r"\$\{DS_[A-Za-z0-9_]*\}")


@dataclass(frozen=True)
class Asked:
    """A query of a panel, its variables filled in."""

    panel: Panel
    ref: str
    expression: str
    source: str
    """The data source's uid or name; empty for the default one."""


def asked(board: Board) -> Iterator[Asked]:
    """Every query of a dashboard that asks for something, from its first panel to its last."""
    given = values(board.dashboard)
    for panel in board.dashboard.panels:
        for query in panel.queries:
            if query.expression:
                source = interpolate(query.datasource, given)
                yield Asked(panel, query.ref, interpolate(query.expression, given), source)


def expressions(board: Board) -> Iterator[str]:
    """What its queries ask for."""
    return (one.expression for one in asked(board))


def source_of(uid: str, sources: Sequence[DataSource]) -> DataSource | None:
    """The data source of this uid or, as before Grafana 8.3, name; the default one for none."""
    if not uid or uid == "default":
        return next((source for source in sources if source.default), None)
    return next((source for source in sources if uid in (source.uid, source.name)), None)


def without_unit(board: Board) -> Iterator[Panel]:
    """Panels that show numbers, and do not say of what: neither for all of their fields nor for some."""
    own = set(_with_override(board.model.get("panels") or ()))
    for panel in board.dashboard.panels:
        asking = any(query.expression for query in panel.queries)
        if panel.type in _OF_NUMBERS and asking and not panel.unit and panel.id not in own:
            yield panel


def _with_override(panels: Any) -> Iterator[int]:
    for panel in panels:
        yield from _with_override(panel.get("panels") or ())
        for override in (panel.get("fieldConfig") or {}).get("overrides") or ():
            if any(one.get("id") == "unit" for one in override.get("properties") or ()):
                yield panel.get("id") or 0


def exported(board: Board) -> list[str]:
    """What is left in it of an export for others, which only an import by hand fills in."""
    left = sorted(set(_EXPORTED.findall(json.dumps(board.model))))
    return left + [key for key in ("__inputs",) if board.model.get(key)]
