"""What Grafana's HTTP API says: data sources, their health, dashboards.

grafana.com/docs/grafana/v10.4/developers/http_api: data_source, folder_dashboard_search, dashboard.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from atalaia.environment.secrecy import shown
from atalaia.systems.document import Unreadable, instead_of, json_object
from atalaia.systems.grafana.dashboard import Dashboard, read


@dataclass(frozen=True)
class DataSource:
    """A data source."""

    uid: str
    name: str
    type: str
    url: str
    """For people: without credentials."""
    default: bool


@dataclass(frozen=True)
class Hit:
    """A dashboard that a search has found."""

    uid: str
    title: str


@dataclass(frozen=True)
class Board:
    """A dashboard as Grafana has it."""

    dashboard: Dashboard
    provisioned: bool
    model: Mapping[str, Any] = field(repr=False)


def read_sources(body: bytes) -> tuple[DataSource, ...] | Unreadable:
    """The data sources of `/api/datasources`."""
    found = _objects(body)
    if isinstance(found, Unreadable):
        return found
    try:
        return tuple(
            DataSource(
                uid=one["uid"],
                name=one["name"],
                type=one["type"],
                url=shown(one.get("url") or ""),
                default=bool(one.get("isDefault")),
            )
            for one in found
        )
    except KeyError:
        return Unreadable("a document that is no list of data sources")


def read_search(body: bytes) -> tuple[Hit, ...] | Unreadable:
    """The dashboards of `/api/search`."""
    found = _objects(body)
    if isinstance(found, Unreadable):
        return found
    try:
        return tuple(Hit(one["uid"], one["title"]) for one in found)
    except KeyError:
        return Unreadable("a document that is no list of dashboards")


def read_health(body: bytes) -> str | Unreadable:
    """What is wrong with a data source, by `/api/datasources/uid/UID/health`; empty where it is well."""
    document = json_object(body)
    if isinstance(document, Unreadable):
        return document
    said = str(document.get("message") or "")
    return "" if document.get("status") == "OK" else f"{document.get('status') or 'no status'}: {said}"


def read_board(body: bytes) -> Board | Unreadable:
    """A dashboard of `/api/dashboards/uid/UID`."""
    document = json_object(body)
    if isinstance(document, Unreadable):
        return document
    model, meta = document.get("dashboard"), document.get("meta")
    if not isinstance(model, dict) or not isinstance(meta, dict):
        return Unreadable("a document that is no dashboard")
    try:
        return Board(read(model), bool(meta.get("provisioned")), model)
    except ValueError as error:
        return Unreadable(str(error))


def _objects(body: bytes) -> list[dict[str, Any]] | Unreadable:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable(instead_of(body, "JSON"))
    if not isinstance(document, list) or not all(isinstance(one, dict) for one in document):
        return Unreadable("a document that is no list of objects")
    return document
