"""A page is there, in a format that it announces, and Prometheus can read it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from atalaia.checks.addresses import Needs
from atalaia.checks.answers import not_ok, undecided
from atalaia.checks.check import Check, Finding, Severity, Verdict
from atalaia.checks.metrics.asking import page_samples
from atalaia.checks.metrics.exposition.pages import hop, page_of, targets, told, whole_pages
from atalaia.checks.metrics.exposition.redirects import SENT_ELSEWHERE, without_query
from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints
from atalaia.environment.metrics_pages import metrics_pages
from atalaia.exchange.exchange import Exchanges
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.systems.document import instead_of
from atalaia.systems.prometheus.exposition import FlawKind, content_type

_BEGINNING = 2**16
"""Bytes that say whether an answer is a page of metrics at all."""
_PROMISE = "200 and a page of metrics"
_TYPES = "Content-Type: text/plain; version=0.0.4, or application/openmetrics-text; version=1.0.0"


@dataclass(frozen=True)
class Place:
    """Where a page should be."""

    hop: str
    store: str = ""
    """The store that has the address that was declared for a page."""


def _place(environment: Environment, target: str) -> Place:
    page = metrics_pages(environment)[target]
    declared = endpoints(environment)
    stores = {"PostgreSQL": declared.get("postgres"), "Redis": declared.get("redis")}
    same = (
        name for name, at in stores.items() if at and (at.host, at.port) == (page.url.host, page.url.port)
    )
    return Place(hop(environment, target), next(same, ""))


def _judge_missing(seen: tuple[Exchanges], expected: Place) -> Verdict:
    (exchanges,) = seen
    if reason := undecided(*exchanges.steps):
        return reason
    for step in exchanges.steps:
        findings = not_ok(step, _PROMISE, Hop(expected.hop))
        if not findings and step.response and (why := _instead(step.response)):
            findings = [Finding(expected=_PROMISE, observed=f"200 with {why}", hop=expected.hop)]
        if findings:
            (finding,) = findings
            told = finding.observed
            if step.redirects:
                told += f"; sent on to {without_query(step.redirects[-1])}"
            if expected.store:
                told += f"; the address is that of {expected.store}, which speaks no HTTP"
            return [finding.model_copy(update={"observed": told})]
    return []


def _instead(response: Response) -> str | None:
    """What an answer is, where it is no page of metrics at all; a broken one is another check's."""
    # Of a long page the beginning says it as well, and much sooner.
    beginning = response.body[:_BEGINNING].rpartition(b"\n")[0] + b"\n"
    if len(response.body) > _BEGINNING and _is_page(replace(response, body=beginning)):
        return None
    return None if _is_page(response) else instead_of(response.body, "a page of metrics")


def _is_page(response: Response) -> bool:
    """Whether an answer is a page of metrics, though perhaps a broken one."""
    page = page_of(response)
    if len(page.samples) > len(page.flaws_of(FlawKind.REFUSED)):
        return True
    return bool(page.samples) and not response.body.lstrip().startswith((b"<", b"{", b"["))


MISSING = Check(
    id="metrics.missing",
    severity=Severity.MAJOR,
    catches="A service or exporter without the page of metrics that it should have: a path that is another, "
    "a front page in HTML that answers 200 to everything, a database's port taken for its exporter's.",
    remedy="Correct the path or address in services[].metrics or metrics.exporters, or let the server export "
    "its metrics there; Kong: enable its prometheus plugin and status_listen. An exporter that answers 401 "
    "wants username and password of metrics.exporters, and basic_auth in its scrape job.",
    source="MT03; AtendeAI 2.0 monitoring, scrape_configs (postgres:5432)",
    targets=targets,
    observes=lambda environment, target: (page_samples(environment, target),),
    expects=_place,
    requires=lambda environment, target: ((SENT_ELSEWHERE, target),),
    judge=_judge_missing,
)


def _judge_type(seen: tuple[Exchanges], expected: str) -> Verdict:
    (exchanges,) = seen
    response = exchanges.steps[0].response
    assert response is not None, "metrics.missing has seen it"
    said = content_type(response.all("Content-Type"))
    wrong = said.wrong
    if not wrong and said.openmetrics is False and response.body.rstrip().endswith(b"\n# EOF"):
        wrong = "OpenMetrics that is announced as text/plain"
    if not wrong:
        return []
    return [
        Finding(
            expected=_TYPES,
            observed=wrong,
            hop=expected,
        )
    ]


WRONG_CONTENT_TYPE = Check(
    id="metrics.wrong-content-type",
    severity=Severity.MAJOR,
    catches="A page whose Content-Type is missing or none of Prometheus' formats: Prometheus 2 guesses, "
    "Prometheus 3 refuses the scrape.",
    remedy="Send the Content-Type that the client library gives (register.contentType, CONTENT_TYPE_LATEST); "
    "until then `fallback_scrape_protocol` in Prometheus 3.",
    source="MT03; prometheus.io, migration to 3.0, scrape protocols",
    targets=targets,
    observes=lambda environment, target: (page_samples(environment, target),),
    expects=hop,
    requires=lambda environment, target: ((MISSING, target),),
    judge=_judge_type,
)


def _judge_readable(seen: tuple[Exchanges], expected: str) -> Verdict:
    pages = whole_pages(seen[0])
    if not isinstance(pages, tuple):
        return pages
    # One that is refused now and then is refused.
    refused = max((page.flaws_of(FlawKind.REFUSED) for page in pages), key=len)
    return told(refused, "a page that Prometheus reads", expected)


UNREADABLE = Check(
    id="metrics.unreadable",
    severity=Severity.MAJOR,
    catches="A page that Prometheus refuses, whole, for one bad line: CR LF, a label's value that is not "
    "UTF-8, a name with a hyphen, a number with a comma. Its target is down then.",
    remedy="Let a client library write the page instead of string concatenation; the finding names the line.",
    source="MT03; prometheus 2.42, model/textparse/promlex.l",
    targets=targets,
    observes=lambda environment, target: (page_samples(environment, target),),
    expects=hop,
    requires=lambda environment, target: ((MISSING, target),),
    judge=_judge_readable,
)

CHECKS: tuple[Check, ...] = (SENT_ELSEWHERE, MISSING, WRONG_CONTENT_TYPE, UNREADABLE)


def readable(environment: Environment, target: str) -> Needs:
    """What must hold before Prometheus can have what a page says; nothing where no such page is declared."""
    return ((UNREADABLE, target),) if target in metrics_pages(environment) else ()
