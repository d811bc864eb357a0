"""What all checks of pages share: which there are, what must work before, and what was read."""

from __future__ import annotations

import re
from dataclasses import replace

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Finding, Inconclusive, NotDeclared
from atalaia.checks.gateway import ready as gateway_ready
from atalaia.checks.metrics.asking import PAGE_BYTES, ready
from atalaia.checks.observables import hop_of
from atalaia.checks.services import healthy
from atalaia.checks.stores import usable_stores
from atalaia.environment import Environment
from atalaia.environment.metrics_pages import metrics_pages
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.response import Response
from atalaia.redaction import MARK
from atalaia.systems.prometheus.exposition import Flaw, Page, content_type, read

_SCRUBBED = re.compile(rb"eyJ[\w-]{5,8000}\.[\w-]{5,8000}\." + re.escape(MARK).encode())
"""What is kept of a token (atalaia.exchange.scrub)."""
MOST_TOLD = 5
"""Findings of one check about one page: whoever mends five sees the rest."""


def targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Every page."""
    return tuple(metrics_pages(environment)) or NotDeclared("services with a metrics path, metrics.exporters")


def hop(environment: Environment, target: str) -> str:
    """The hop that findings about a page point at."""
    return hop_of(environment, target).value


def working(environment: Environment, target: str) -> Needs:
    """What must work before a page can be asked for: the server, and what an exporter tells of."""
    match metrics_pages(environment)[target].kind:
        case "service":
            return healthy(environment, target)
        case "kong":
            node = target.removesuffix("-status")
            return all_of(reachable(environment, target), gateway_ready(environment, node))
        case "monitoring":
            return ready(target)
        case "postgres" | "redis" as store:
            return all_of(reachable(environment, target), usable_stores(environment, (store,)))
        case _:
            return reachable(environment, target)


def page_of(response: Response) -> Page:
    """What a page says, in the format that it announces, or else in the one that it looks like."""
    announced = content_type(response.all("Content-Type")).openmetrics
    openmetrics = response.body.rstrip().endswith(b"# EOF") if announced is None else announced
    page = read(response.body, openmetrics=openmetrics)
    if not page.flaws or MARK.encode() not in response.body:
        return page
    # A password that is also a word of the page was taken out of it: that line is not the page's own.
    # A token without its signature stands where it stood, and changes nothing.
    body = _SCRUBBED.sub(b"", response.body)
    ours = {at for at, line in enumerate(body.split(b"\n"), 1) if MARK.encode() in line}
    return replace(page, flaws=tuple(flaw for flaw in page.flaws if flaw.line not in ours))


def whole_pages(seen: Exchanges) -> tuple[Page, ...] | Inconclusive:
    """The samples of a page, each read; inconclusive where one is too long to be read."""
    return tuple(page_of(response) for response in _responses(seen)) if not too_long(seen) else TOO_LONG


def too_long(seen: Exchanges) -> bool:
    """Whether only the beginning of a page was read."""
    return any(response.truncated for response in _responses(seen))


TOO_LONG = Inconclusive(f"the page is longer than the {PAGE_BYTES >> 20} MiB that are read")


def _responses(seen: Exchanges) -> tuple[Response, ...]:
    return tuple(response for step in seen.steps if (response := answered(step)))


def answered(exchange: Exchange) -> Response | None:
    """The answer, where it is a whole one with a status of 2xx."""
    response = exchange.response
    return response if response and exchange.failure is None and 200 <= response.status < 300 else None


def lasting(pages: tuple[Page, ...], flaws: tuple[Flaw, ...]) -> tuple[Flaw, ...]:
    """Flaws of the first page that all of them have: counting may go on while a page is written."""
    others = [{(flaw.kind, flaw.metric, flaw.subject) for flaw in page.flaws} for page in pages[1:]]
    return tuple(
        flaw for flaw in flaws if all((flaw.kind, flaw.metric, flaw.subject) in other for other in others)
    )


def told(flaws: tuple[Flaw, ...], expected: str, hop: str) -> list[Finding]:
    """A finding for each metric with flaws, of the first ones; who mends its first flaw mends the others."""
    by_metric: dict[str, list[Flaw]] = {}
    for flaw in flaws:
        by_metric.setdefault(flaw.metric, []).append(flaw)
    findings = [
        Finding(expected=expected, observed=_with_more(str(first), len(more), "like it"), hop=hop)
        for first, *more in by_metric.values()
    ]
    return shortened(findings)


def shortened(findings: list[Finding]) -> list[Finding]:
    """The first findings, the last of them with how many more there are."""
    kept, more = findings[:MOST_TOLD], len(findings) - MOST_TOLD
    if more > 0:
        observed = _with_more(kept[-1].observed, more, "metrics")
        kept[-1] = kept[-1].model_copy(update={"observed": observed})
    return kept


def _with_more(text: str, more: int, of_what: str) -> str:
    return f"{text}; and {more} more {of_what}" if more else text
