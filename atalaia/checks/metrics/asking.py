"""What the checks of metrics, alerts and dashboards ask for; built here, so that they share it."""

from __future__ import annotations

from urllib.parse import quote

from atalaia.checks.addresses import Needs
from atalaia.checks.answers import not_ok, undecided
from atalaia.checks.check import Finding, Verdict
from atalaia.checks.monitoring import NOT_READY
from atalaia.checks.observables import bare, get, hop_of
from atalaia.environment import Environment
from atalaia.environment.metrics_pages import MetricsPage, metrics_pages
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest, HttpSequence
from atalaia.systems.document import Unreadable
from atalaia.systems.patience import PATIENCE

PAGE_SAMPLES = 3
PAGE_BYTES = 16 * 2**20
"""What is read of a page: that it is too long is to be told by its series."""
ACCEPT = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
"""What Prometheus 2.42 asks for (scrape/scrape.go): of two forms of a page the one it reads is judged."""


def from_prometheus(environment: Environment, path: str) -> HttpRequest:
    """Ask Prometheus' HTTP API: `/api/v1/rules`."""
    return _patiently(get(environment, "prometheus", path))


def value_of(environment: Environment, expression: str) -> HttpRequest:
    """Ask Prometheus for the value of an expression now."""
    return from_prometheus(environment, f"/api/v1/query?query={quote(expression, safe='')}")


def from_alertmanager(environment: Environment, path: str) -> HttpRequest:
    """Ask the Alertmanager's API: `/api/v2/status`."""
    return _patiently(get(environment, "alertmanager", path))


def from_grafana(environment: Environment, path: str) -> HttpRequest:
    """Ask Grafana's API as the declared user: `/api/search`."""
    assert environment.grafana is not None, "the check's targets have it"
    who = {"username": environment.grafana.username, "password": environment.grafana.password}
    return _patiently(get(environment, "grafana", path)).model_copy(update=who)


def _patiently(request: HttpRequest) -> HttpRequest:
    """How long the monitoring itself takes to answer a question is not judged."""
    return request.model_copy(update={"patience": PATIENCE})


def page_request(environment: Environment, page: MetricsPage, how: str) -> HttpRequest:
    """A page of metrics, with the declared credentials. Its redirects are followed, as Prometheus follows
    them (follow_redirects), but not to another origin: that is nobody's who was declared.
    """
    return HttpRequest(
        key=f"GET {page.target} {page.path} {how}",
        hop=hop_of(environment, page.target),
        url=bare(page.url),
        target=page.path + (f"?{page.query}" if page.query else ""),
        username=page.username,
        password=page.password,
        follow_redirects=True,
        within_origin=True,
    )


def page_samples(environment: Environment, target: str) -> HttpSequence:
    """A page of metrics a few times in a row, nothing else of ours under way."""
    page = metrics_pages(environment)[target]
    read_whole = {"headers": (("Accept", ACCEPT),), "body_cap": PAGE_BYTES}
    request = page_request(environment, page, "as metrics").model_copy(update=read_whole)
    steps = tuple(
        request.model_copy(update={"key": f"{request.key} #{number + 1}"}) for number in range(PAGE_SAMPLES)
    )
    limit = environment.prometheus.scrape_duration if environment.prometheus else None
    within = limit.total_seconds() if limit else None
    key = f"{request.key} x{PAGE_SAMPLES}"
    return HttpSequence(key=key, hop=request.hop, steps=steps, within=within, repeats=True)


def ready(system: str) -> Needs:
    """That one of the monitoring systems works."""
    return ((NOT_READY, system),)


def unanswered(exchange: Exchange, promise: str) -> Verdict:
    """What to say where no good answer of the monitoring came; nothing where one did."""
    return undecided(exchange) or not_ok(exchange, promise, Hop.MONITORING)


def unreadable(document: Unreadable, promise: str) -> list[Finding]:
    """The finding for an answer that is no such document."""
    return [Finding(expected=promise, observed=str(document), hop=Hop.MONITORING.value)]
