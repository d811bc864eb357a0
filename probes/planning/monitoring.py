"""The monitoring itself, and the exporters, by their own word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from atalaia.checks.observables import get
from atalaia.environment import Environment
from atalaia.environment.endpoints import MONITORING, PROBES_PUSHGATEWAY, endpoints
from atalaia.environment.metrics_pages import metrics_pages
from atalaia.systems.readiness import READY_PATHS
from probes.expected import Expected
from probes.planning.asking import asked
from probes.planning.draft import Draft

_READY: Mapping[str, Expected] = {
    "prometheus": Expected(status=(200,), body="is Ready"),
    "alertmanager": Expected(status=(200,), body="^OK"),
    "grafana": Expected(status=(200,), json_values=(("/database", "ok"),)),
    "pushgateway": Expected(status=(200,), body="^OK"),
}
"""What each says where it is ready: a web server that answers 200 to every path is no Prometheus."""


def drafts(environment: Environment) -> Iterator[Draft]:
    """The probes of exporters' pages, and of the monitoring's readiness."""
    pages = metrics_pages(environment)
    for name, exporter in environment.metrics.exporters.items():
        query = f"?{exporter.url.query}" if exporter.url.query else ""
        # `get` asks below the endpoint's own path, which is the page's here.
        request = get(environment, name, query or ("" if exporter.url.path else "/"))
        who = {"username": pages[name].username, "password": pages[name].password}
        yield asked(name, request.model_copy(update=who))
    declared = endpoints(environment)
    for name in (*MONITORING, PROBES_PUSHGATEWAY):
        if name in declared:
            system = "pushgateway" if name == PROBES_PUSHGATEWAY else name
            yield asked(name, get(environment, name, READY_PATHS[system]), _READY[system])
