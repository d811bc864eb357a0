"""Prometheus, Alertmanager, Grafana and the Pushgateway."""

from __future__ import annotations

from pydantic import SecretStr

from atalaia.environment.base import Count, HttpUrl, Name, Section
from atalaia.environment.units import Duration


class Prometheus(Section):
    """The Prometheus server."""

    url: HttpUrl
    retention: Duration | None = None
    scrape_duration: Duration | None = None
    """A scrape takes at most this long."""
    jobs: dict[str, Count] = {}
    """Scrape jobs and how many scrape targets each has."""


class Alertmanager(Section):
    """The Alertmanager."""

    url: HttpUrl
    receivers: tuple[str, ...] = ()


class Grafana(Section):
    """Grafana."""

    url: HttpUrl
    username: str | None = None
    password: SecretStr | None = None
    dashboards: tuple[str, ...] = ()
    """Titles of the dashboards that must be there."""


class Pushgateway(Section):
    """The Pushgateway."""

    url: HttpUrl


class Probes(Section):
    """The probe runner."""

    interval: Duration | None = None
    timeout: Duration | None = None
    pushgateway: HttpUrl | None = None
    location: Name | None = None
