"""Prometheus, Alertmanager, Grafana and the Pushgateway."""

from __future__ import annotations

from pydantic import Field, model_validator

from atalaia.environment.base import Count, HttpUrl, Name, Secret, Section, Text
from atalaia.environment.frozen import FrozenDict, Table
from atalaia.environment.units import PositiveDuration


class Prometheus(Section):
    """The Prometheus server."""

    url: HttpUrl
    """Its address."""
    retention: PositiveDuration | None = None
    """How long it keeps samples."""
    scrape_duration: PositiveDuration | None = None
    """A scrape takes at most this long."""
    jobs: Table[Text, Count] = Field(default_factory=FrozenDict)
    """Scrape jobs and how many scrape targets each has."""


class Alertmanager(Section):
    """The Alertmanager."""

    url: HttpUrl
    """Its address."""
    receivers: tuple[Text, ...] = ()
    """Names of the receivers that alerts are routed to."""


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


class Pushgateway(Section):
    """The Pushgateway."""

    url: HttpUrl
    """Its address."""


class Probes(Section):
    """The probe runner."""

    interval: PositiveDuration | None = None
    """How often each probe runs."""
    timeout: PositiveDuration | None = None
    """How long a probe may take."""
    pushgateway: HttpUrl | None = None
    """Where results are pushed."""
    location: Name | None = None
    """Where the probes run from, as a label: `gru`."""

    @model_validator(mode="after")
    def _timeout_within_interval(self) -> Probes:
        if self.interval and self.timeout and self.timeout > self.interval:
            raise ValueError("timeout is longer than interval; at most as long")
        return self
