"""A walk through Grafana's API: its data sources, how they do, and some of its dashboards. Read only.

Which requests it takes depends on the answers before: a data source is declared by its name, a dashboard by
its title, and both are asked for by their uids.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, SecretStr

from atalaia.environment.url import Url
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.observable import Observable
from atalaia.exchange.seen import Seen
from atalaia.systems.prometheus.label_names import Labelled

SEARCH = "/api/search?type=dash-db&limit=5000"
SOURCES = "/api/datasources"


class Walked(Seen):
    """The answers, by what was asked."""

    search: Exchange
    sources: Exchange
    health: tuple[tuple[str, Exchange], ...] = ()
    """Of the data sources that were wanted, by name."""
    runtime: tuple[tuple[str, Exchange], ...] = ()
    """What their servers tell of themselves through Grafana's proxy (`/api/v1/status/runtimeinfo`)."""
    dashboards: tuple[tuple[str, Exchange], ...] = Field(default=(), repr=False)
    """Of the dashboards that were wanted, by title; of several with one title the last."""
    labelled: Labelled = Labelled()
    """The labels that Prometheus has of the metrics that their panels name."""


class Walk(Observable):
    """Where to walk."""

    sees: ClassVar[type[Seen]] = Walked

    url: Url
    """Grafana."""
    username: str | None = None
    password: SecretStr | None = None
    sources: tuple[str, ...] = ()
    """Names of data sources."""
    titles: tuple[str, ...] = ()
    """Titles of dashboards."""
    prometheus: Url | None = None
    """Whom to ask for the labels of metrics; nobody where it is not declared."""
