"""Pages are where they are declared, and not where somebody sends us on to."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from atalaia.checks.answers import undecided
from atalaia.checks.check import Check, Finding, Severity, Verdict
from atalaia.checks.metrics.asking import page_samples
from atalaia.checks.metrics.exposition.pages import hop, targets, working
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.failure import Reason

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def _judge(seen: tuple[Exchanges], expected: str) -> Verdict:
    (exchanges,) = seen
    if reason := undecided(*exchanges.steps):
        return reason
    observed = next((what for step in exchanges.steps if (what := _elsewhere(step))), None)
    if observed is None:
        return []
    promise = "the page at the declared address, or a redirect within its server"
    return [Finding(expected=promise, observed=observed, hop=expected)]


def _elsewhere(step: Exchange) -> str | None:
    """Where the last answer sends us on to, though we did not go there."""
    response = step.response
    if step.failure and step.failure.reason is Reason.REDIRECTS:
        where = f", the last to {without_query(step.redirects[-1])}" if step.redirects else ""
        return f"{step.failure.detail}{where}"
    location = response.header("Location") if response else None
    if step.failure or response is None or response.status not in _REDIRECTS or location is None:
        return None
    onward = without_query(location, step.redirects[-1] if step.redirects else step.url)
    return f"{response.status}, a redirect to {onward}, which is another server"


def without_query(url: str, beside: str = "") -> str:
    """An address for people: queries and credentials of redirects are often secrets. `beside` is the address
    that a relative one is relative to.
    """
    try:
        parts = urlsplit(urljoin(beside, url))
    except ValueError:
        return "what is no address"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


SENT_ELSEWHERE = Check(
    id="metrics.sent-elsewhere",
    severity=Severity.MAJOR,
    catches="A page that sends whoever scrapes it on to another server: to https, to a page for logging in, "
    "to a load balancer; or in a circle. Prometheus follows, and stores what it finds there under this name.",
    remedy="Declare and scrape the address that the finding names, if that is the page (for https: scheme: "
    "https in the scrape job); where it is a page for logging in, let the exporter be read by a client that "
    "sends credentials, or by Prometheus' address. follow_redirects: false makes such a scrape fail.",
    source="MT03; prometheus/docs, content/docs/prometheus/latest/configuration (follow_redirects)",
    targets=targets,
    observes=lambda environment, target: (page_samples(environment, target),),
    expects=hop,
    requires=working,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (SENT_ELSEWHERE,)
