"""A dashboard's JSON, read as far as its panels' queries need it.

After Grafana 10's dashboard model:
grafana.com/docs/grafana/v10.4/dashboards/build-dashboards/view-dashboard-json-model
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Query:
    """One query of a panel."""

    ref: str
    """A, B …"""
    expression: str
    legend: str
    datasource: str
    """The data source's uid: its own, or its panel's; empty for Grafana's default."""


@dataclass(frozen=True)
class Panel:
    """One panel, rows left out: what lies in a collapsed row is a panel as any other."""

    id: int
    type: str
    title: str
    description: str
    unit: str
    """Of its fields, unless an override says otherwise; empty where none is set."""
    row: str
    """The title of the row above it, or empty."""
    queries: tuple[Query, ...]


@dataclass(frozen=True)
class Variable:
    """A template variable."""

    name: str
    label: str
    type: str
    query: str
    all_value: str
    """What "All" stands for; empty where it is not offered, or stands for every value."""
    current: str


@dataclass(frozen=True)
class Dashboard:
    """One dashboard."""

    uid: str
    title: str
    description: str
    tags: tuple[str, ...]
    panels: tuple[Panel, ...]
    variables: tuple[Variable, ...]


def read(model: Mapping[str, Any]) -> Dashboard:
    """Read a dashboard's model: of a file, or what `/api/dashboards/uid/UID` calls `dashboard`.

    What is missing is empty: a dashboard that lacks something is shown by Grafana, too. Raises ValueError
    where something is not of its kind.
    """
    try:
        return Dashboard(
            uid=model.get("uid") or "",
            title=model.get("title") or "",
            description=model.get("description") or "",
            tags=tuple(model.get("tags") or ()),
            panels=tuple(_panels(model.get("panels") or (), "")),
            variables=tuple(map(_variable, (model.get("templating") or {}).get("list") or ())),
        )
    except (AttributeError, TypeError) as error:
        raise ValueError(f"not a dashboard's model: {error}") from None


def _panels(given: Any, row: str) -> Iterator[Panel]:
    for panel in given:
        if panel.get("type") == "row":
            row = panel.get("title") or ""
            yield from _panels(panel.get("panels") or (), row)
        else:
            yield _panel(panel, row)


def _panel(panel: Mapping[str, Any], row: str) -> Panel:
    source = _uid(panel.get("datasource"))
    return Panel(
        id=panel.get("id") or 0,
        type=panel.get("type") or "",
        title=panel.get("title") or "",
        description=panel.get("description") or "",
        unit=((panel.get("fieldConfig") or {}).get("defaults") or {}).get("unit") or "",
        row=row,
        queries=tuple(
            Query(
                ref=target.get("refId") or "",
                expression=target.get("expr") or "",
                legend=target.get("legendFormat") or "",
                datasource=_uid(target.get("datasource")) or source,
            )
            for target in panel.get("targets") or ()
        ),
    )


def _uid(source: Any) -> str:
    """A data source is referred to by an object, before Grafana 8.3 by its name."""
    return source if isinstance(source, str) else (source or {}).get("uid") or ""


def _variable(given: Mapping[str, Any]) -> Variable:
    query = given.get("query")
    value = (given.get("current") or {}).get("value")
    return Variable(
        name=given.get("name") or "",
        label=given.get("label") or "",
        type=given.get("type") or "",
        query=query if isinstance(query, str) else (query or {}).get("query") or "",
        all_value=given.get("allValue") or "",
        current="|".join(map(str, value)) if isinstance(value, list) else str("" if value is None else value),
    )
