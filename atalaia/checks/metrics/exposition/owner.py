"""Whose page it is: the declared server's own, or another's."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check, Finding, Severity, Verdict
from atalaia.checks.metrics.asking import page_samples
from atalaia.checks.metrics.exposition.pages import answered, hop, page_of, targets, whole_pages
from atalaia.checks.metrics.exposition.present import readable
from atalaia.environment import Environment
from atalaia.environment.metrics import PageKind
from atalaia.environment.metrics_pages import metrics_pages
from atalaia.exchange.exchange import Exchanges
from atalaia.exchange.response import Response
from atalaia.systems.prometheus.exposition import Page
from atalaia.systems.prometheus.whose import counted_alike, names_service, started_earlier, vendor_of


@dataclass(frozen=True)
class Owner:
    """Whose page it should be."""

    hop: str
    target: str
    kind: PageKind
    services: tuple[str, ...]
    """All that are declared."""
    others: tuple[str, ...]
    """Those whose pages were looked at, too."""


def _services_before(environment: Environment, target: str) -> tuple[str, ...]:
    """Of two services with one page, the later is told: nothing says which of them is wrong."""
    pages = metrics_pages(environment)
    names = [name for name, page in pages.items() if page.kind == "service"]
    return tuple(names[: names.index(target)]) if target in names else ()


def _owner(environment: Environment, target: str) -> Owner:
    return Owner(
        hop(environment, target),
        target,
        metrics_pages(environment)[target].kind,
        tuple(environment.services),
        _services_before(environment, target),
    )


def _judge_owner(seen: tuple[Exchanges, ...], expected: Owner) -> Verdict:
    pages = whole_pages(seen[0])
    if not isinstance(pages, tuple):
        return pages
    mark = next((mark for step in seen[0].steps if (mark := _mark(step.response))), None)
    observed = _another(pages, mark, expected)
    if not observed and expected.kind == "service" and mark != expected.target:
        for other, exchanges in zip(expected.others, seen[1:], strict=True):
            theirs = tuple(page_of(response) for step in exchanges.steps if (response := answered(step)))
            if any(counted_alike(page, their) for page in pages for their in theirs):
                observed = f"the page of {other}, figure for figure"
                break
    if not observed:
        return []
    promise = f"the page of {expected.target}" + (
        "" if expected.kind in _PLAIN else f", with {expected.kind}'s"
    )
    return [Finding(expected=f"{promise} own metrics", observed=observed, hop=expected.hop)]


_PLAIN = {"service", "other", "monitoring"}
_VENDORS = {
    "kong": "Kong",
    "haproxy": "HAProxy",
    "postgres": "an exporter of PostgreSQL",
    "redis": "an exporter of Redis",
    "node": "a node exporter",
    "prometheus": "a Prometheus",
    "alertmanager": "an Alertmanager",
    "pushgateway": "a Pushgateway",
}
"""Those that `vendor_of` knows, for people."""


def _mark(response: Response | None) -> str | None:
    return response.header("X-Service") if response else None


def _another(pages: tuple[Page, ...], mark: str | None, expected: Owner) -> str:
    """Whose page it is by what it says of itself; empty where nothing speaks against the declared server."""
    page, target = pages[-1], expected.target
    vendor = vendor_of(page)
    wanted = target if expected.kind == "monitoring" else expected.kind
    if vendor != wanted and expected.kind not in {"service", "other"}:
        who = mark or names_service(page) or (_VENDORS[vendor] if vendor else "")
        return f"the page of {who}" if who else f"a page without any metric of {wanted}"
    if expected.kind == "service":
        if vendor:
            return f"the page of {_VENDORS[vendor]}"
        if mark and mark != target and mark in expected.services:
            return f"the page of {mark}, as X-Service says"
        labelled = names_service(page)
        if labelled and labelled != target and labelled in expected.services:
            return f"the page of {labelled}, as its label `service` says"
    if started_earlier(pages):
        return "pages of several servers by turns: process_start_time_seconds goes back"
    return ""


OTHER_SERVER = Check(
    id="metrics.other-server",
    severity=Severity.MAJOR,
    catches="A page that is another server's: the load balancer hands /metrics to one of its backends, two "
    "services share an address, or an address leads to several servers by turns.",
    remedy="Give the server's own address, not one behind a load balancer: each process is scraped alone.",
    source="MT03; AtendeAI 2.0 monitoring, job haproxy",
    targets=targets,
    observes=lambda environment, target: tuple(
        page_samples(environment, name) for name in (target, *_services_before(environment, target))
    ),
    expects=_owner,
    requires=readable,
    judge=_judge_owner,
)

CHECKS: tuple[Check, ...] = (OTHER_SERVER,)


def own_page(environment: Environment, target: str) -> Needs:
    """What must hold before what a page says can be held against its server."""
    return ((OTHER_SERVER, target),) if target in metrics_pages(environment) else ()
