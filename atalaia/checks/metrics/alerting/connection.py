"""Prometheus sends its alerts to the Alertmanager (MT07)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.asking import from_prometheus, ready, unanswered, unreadable
from atalaia.checks.metrics.scraping.jobs import readable
from atalaia.checks.metrics.scraping.scraped import scrape_targets
from atalaia.environment import Environment
from atalaia.environment.url import Url
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.document import Unreadable
from atalaia.systems.lines import Lines
from atalaia.systems.prometheus.alertmanagers import Address, read_alertmanagers

_HOP = Hop.MONITORING.value


@dataclass(frozen=True)
class Expected:
    """The Alertmanager, and where Prometheus' configuration names it."""

    url: Url
    cause: str


def _targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
    if environment.prometheus is None:
        return NotDeclared("prometheus")
    return ("prometheus",) if environment.alertmanager else NotDeclared("alertmanager")


def _expects(environment: Environment, target: str) -> Expected:
    assert environment.alertmanager is not None, "the check's targets have it"
    file = environment.monitoring_files.prometheus
    cause = f"{file.shown}:{Lines(file.text).of(('alerting', 'alertmanagers'))}" if file else ""
    return Expected(environment.alertmanager.url, cause)


def _judge(seen: tuple[Exchange], expected: Expected) -> Verdict:
    (exchange,) = seen
    promise = f"Prometheus sends alerts to {expected.url.host}:{expected.url.port}"
    if verdict := unanswered(exchange, promise):
        return verdict
    assert exchange.response is not None, "it is answered"
    if exchange.response.truncated:
        return Inconclusive("Prometheus has more Alertmanagers than can be read whole")
    found = read_alertmanagers(exchange.response.body)
    if isinstance(found, Unreadable):
        return unreadable(found, promise)
    findings = []
    if not any(_is(address, expected.url) for address in found.active):
        others = ", ".join(map(str, found.active))
        observed = f"only to {others}" if others else "to nobody"
        findings.append(Finding(expected=promise, observed=observed, hop=_HOP, cause=expected.cause))
    if found.dropped:
        observed = f"{', '.join(map(str, found.dropped))} dropped by alert_relabel_configs or relabel_configs"
        told = "no Alertmanager is dropped"
        findings.append(Finding(expected=told, observed=observed, hop=_HOP, cause=expected.cause))
    return findings


def _is(address: Address, url: Url) -> bool:
    """Whether an address is that of the declared Alertmanager.

    Within a network of containers it has another name than outside (alertmanager:9093, localhost:9093): of
    two names the ports tell, of two addresses both parts.
    """
    if address.port != url.port:
        return False
    return address.host == url.host or not (_is_address(address.host) and _is_address(url.host))


def _is_address(host: str) -> bool:
    if host == "localhost":
        return False
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _alertmanagers(environment: Environment) -> HttpRequest:
    """Asked for once it has found what to scrape: it looks for Alertmanagers at the same time."""
    request = from_prometheus(environment, "/api/v1/alertmanagers")
    return request.model_copy(update={"after": scrape_targets(environment)})


def _needs(environment: Environment, target: str) -> Needs:
    systems = all_of(ready("prometheus"), ready("alertmanager"))
    declared = environment.prometheus and environment.prometheus.jobs
    # Without its scrape targets nothing tells when it has looked for Alertmanagers.
    return all_of(systems, readable(environment)) if declared else systems


NOT_CONNECTED = Check(
    id="alerting.not-connected",
    severity=Severity.CRITICAL,
    catches="Alerts that fire and reach nobody: Prometheus has no Alertmanager, or another one.",
    remedy="Correct `alerting.alertmanagers` in prometheus.yml, and reload Prometheus.",
    source="MT07; Prometheus' HTTP API, /api/v1/alertmanagers",
    targets=_targets,
    observes=lambda environment, target: (_alertmanagers(environment),),
    expects=_expects,
    requires=_needs,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (NOT_CONNECTED,)
