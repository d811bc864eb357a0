"""Pages of metrics: who exports them, and what must be on them."""

from typing import Literal

from pydantic import Field

from atalaia.environment.base import Count, HttpUrl, Name, NamedFile, Secret, Section, Text
from atalaia.environment.frozen import empty
from atalaia.environment.tables import Table

PageKind = Literal["service", "kong", "haproxy", "postgres", "redis", "node", "monitoring", "other"]
"""What a page is of: its vendor's names are allowed to break rules for names, and others' are not."""


class Exporter(Section):
    """Whoever exports metrics of something that does not do so itself."""

    url: HttpUrl
    """The page's whole address: http://host:9187/metrics."""
    kind: PageKind = "other"
    """What its metrics are of."""
    username: Text | None = None
    """Who may read it, where it asks for basic authentication."""
    password: Secret | None = None
    """Their password: a variable, `${EXPORTER_PASSWORD}`."""


class Metrics(Section):
    """What every page of metrics promises. How long a page may take is `prometheus.scrape_duration`."""

    exporters: Table[Name, Exporter] = Field(default_factory=empty)
    """Pages beside those of services, Kong's Status APIs and the monitoring itself, by name."""
    series: Count = 5000
    """A page has at most so many series."""
    required: Table[PageKind, Table[Text, tuple[Text, ...]]] = Field(default_factory=empty)
    """Metrics that must be on every page of a kind, and their labels: kind → metric → labels."""
    names: NamedFile | None = None
    """The list of all metrics that rules and dashboards may name (deploy/metrics/atendeai.yml)."""
