"""Every page of metrics of a stack, by the name of whom it tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import SecretStr

from atalaia.environment.metrics import PageKind
from atalaia.environment.model import Environment
from atalaia.environment.url import Url

_OWN = ("prometheus", "alertmanager", "pushgateway")
"""Those of the monitoring that export metrics of themselves under /metrics."""


@dataclass(frozen=True)
class MetricsPage:
    """A page of metrics: where it is, and what it is of."""

    target: str
    """The name of whom it tells, as in `endpoints`: auth-service, kong-1-status, redis-exporter."""
    url: Url
    """The server; `path` is the page's."""
    path: str
    kind: PageKind
    username: str | None = None
    password: SecretStr | None = field(default=None, repr=False)
    """Basic authentication, where it is declared, by itself or in the address."""
    query: str = field(default="", repr=False)
    """What an address asks for beside its path (`target=…`); it may hold a secret."""


def metrics_pages(environment: Environment) -> dict[str, MetricsPage]:
    """Target → page: services that declare one, Kong's Status APIs, exporters, the monitoring's own."""
    return {page.target: page for page in _pages(environment)}


def _pages(environment: Environment) -> Iterator[MetricsPage]:
    for name, service in environment.services.items():
        if service.metrics:
            yield MetricsPage(name, service.url, service.metrics, "service")
    if environment.gateway:
        for name, index in environment.gateway_nodes().items():
            if status := environment.gateway.nodes[index].status:
                yield MetricsPage(f"{name}-status", status, "/metrics", "kong")
    for name, exporter in environment.metrics.exporters.items():
        url = exporter.url
        username = exporter.username or url.username or None
        password = exporter.password or (SecretStr(url.password) if url.password else None)
        yield MetricsPage(name, url, url.path or "/metrics", exporter.kind, username, password, url.query)
    for name in _OWN:
        if system := getattr(environment, name):
            yield MetricsPage(name, system.url, "/metrics", "monitoring")
