"""Pages hold no secret: whoever reaches Prometheus or Grafana reads them, and they are kept for weeks."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.checks.check import Check, Finding, Severity, Verdict
from atalaia.checks.metrics.asking import page_samples
from atalaia.checks.metrics.exposition.owner import own_page
from atalaia.checks.metrics.exposition.pages import hop, shortened, targets, whole_pages
from atalaia.exchange.exchange import Exchanges
from atalaia.systems.prometheus.exposition import Page
from atalaia.systems.prometheus.exposition.secrets import secret_in, secret_under

_PROMISE = "no secret on a page of metrics"


def _judge_secrets(seen: tuple[Exchanges], expected: str) -> Verdict:
    pages = whole_pages(seen[0])
    if not isinstance(pages, tuple):
        return pages
    shown = dict.fromkeys(_shown(pages[-1]))
    return shortened([Finding(expected=_PROMISE, observed=what, hop=expected) for what in shown])


def _shown(page: Page) -> Iterator[str]:
    """Where what is told, never itself: once for a label of a metric, however many of them there are."""
    for family in page.families.values():
        if what := secret_in(family.help or ""):
            yield f"the HELP of {family.name} holds {what}"
        told = set()
        for sample in family.samples:
            for label, value in sample.labels:
                if label not in told and (what := secret_under(label, value)):
                    told.add(label)
                    yield f"line {sample.line}: the label {label} of {family.name} holds {what}"


SECRET_SHOWN = Check(
    id="metrics.secret-shown",
    severity=Severity.CRITICAL,
    catches="A token, password or key as the value of a label: everybody who sees a dashboard has it.",
    remedy="Take the label off the metric, delete its series from Prometheus, and replace the secret.",
    source="MT03; OWASP Logging Cheat Sheet, data to exclude",
    targets=targets,
    observes=lambda environment, target: (page_samples(environment, target),),
    expects=hop,
    requires=own_page,
    judge=_judge_secrets,
)

CHECKS: tuple[Check, ...] = (SECRET_SHOWN,)
