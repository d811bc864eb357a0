"""Prometheus, Alertmanager, Grafana and the Pushgateway."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from atalaia.environment.base import Count, HttpUrl, NamedFile, Secret, Section, Text
from atalaia.environment.frozen import empty
from atalaia.environment.quantities import Duration, PositiveDuration
from atalaia.environment.tables import Table

Threshold = Annotated[str, StringConstraints(pattern=r"^(>|<|>=|<=|==|!=) ?-?[0-9]+(\.[0-9]+)?$")]
"""A comparison with a number, as it stands in an alert's expression: `> 0.05`."""


class Alert(Section):
    """An alerting rule that Prometheus must have loaded."""

    alert: Text
    """Its name; several rules may share one, with severities of their own."""
    severity: Text
    """Its label `severity`."""
    lasting: Annotated[Duration, Field(alias="for")] = timedelta(0)
    """How long its expression must hold before it fires."""
    threshold: Threshold | None = None
    """The comparison in its expression, in the expression's own unit: `> 0.05` is 5 %."""


class Prometheus(Section):
    """The Prometheus server."""

    url: HttpUrl
    """Its address."""
    retention: PositiveDuration | None = None
    """How long it keeps samples."""
    scrape_duration: PositiveDuration | None = None
    """A scrape takes at most this long."""
    jobs: Table[Text, Count] = Field(default_factory=empty)
    """Scrape jobs and how many scrape targets each has."""
    config: NamedFile | None = None
    """The configuration file that it should run with: prometheus.yml; its rule files are read with it."""
    alerts: tuple[Alert, ...] = ()
    """Alerting rules that it must have."""


class Alertmanager(Section):
    """The Alertmanager."""

    url: HttpUrl
    """Its address."""
    receivers: tuple[Text, ...] = ()
    """Names of the receivers that alerts are routed to."""
    config: NamedFile | None = None
    """The configuration file that it should run with: alertmanager.yml."""
    routes: Table[Text, tuple[Text, ...]] = Field(default_factory=empty)
    """Which receivers an alert reaches, in any order, by its severity: `critical: [on-call, ops-email]`."""


class Grafana(Section):
    """Grafana."""

    url: HttpUrl
    """Its address."""
    username: Text | None = None
    """Who may read its API."""
    password: Secret | None = None
    """Their password: a variable, `${GRAFANA_PASSWORD}`."""
    dashboards: tuple[Text, ...] = ()
    """Titles of the dashboards that must be there."""
    datasources: tuple[Text, ...] = ()
    """Names of the data sources that must be there and work."""


class Pushgateway(Section):
    """The Pushgateway."""

    url: HttpUrl
    """Its address."""


class Drill(Section):
    """The fire drill: an alert on purpose."""

    receiver: Text
    """The receiver that alerts with `drill="true"` are routed to, and no other."""
    within: PositiveDuration = timedelta(seconds=60)
    """Each leg of its way, from the push to the resolved message, takes at most this long."""
    deliveries: HttpUrl | None = None
    """Where a receiver tells what it got, where it does; the sandbox's do."""
