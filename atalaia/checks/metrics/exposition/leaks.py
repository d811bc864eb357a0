"""Pages hold no secret: whoever reaches Prometheus or Grafana reads them, and they are kept for weeks."""

from __future__ import annotations

from atalaia.checks.check import Check, Finding, Severity, Verdict
from atalaia.checks.metrics.asking import page_samples
from atalaia.checks.metrics.exposition.pages import TOO_LONG, answered, hop, shortened, targets, too_long
from atalaia.checks.metrics.exposition.present import MISSING
from atalaia.exchange.exchange import Exchanges
from atalaia.systems.prometheus.exposition.leaks import leaks

_PROMISE = "no secret on a page of metrics"


def _judge_secrets(seen: tuple[Exchanges], expected: str) -> Verdict:
    """Whatever else is wrong with the page, and of one that is too long what was read of it."""
    (exchanges,) = seen
    response = answered(exchanges.steps[-1])
    assert response is not None, "metrics.missing has seen it"
    shown = dict.fromkeys(leaks(response.body))
    if not shown and too_long(exchanges):
        return TOO_LONG
    return shortened([Finding(expected=_PROMISE, observed=what, hop=expected) for what in shown])


SECRET_SHOWN = Check(
    id="metrics.secret-shown",
    severity=Severity.CRITICAL,
    catches="A token, password or key as the value of a label: everybody who sees a dashboard has it. "
    "It is looked for on the page as it came, also where Prometheus refuses the page.",
    remedy="Take the label off the metric, delete its series from Prometheus, and replace the secret.",
    source="MT03; OWASP Logging Cheat Sheet, data to exclude",
    targets=targets,
    observes=lambda environment, target: (page_samples(environment, target),),
    expects=hop,
    requires=lambda environment, target: ((MISSING, target),),
    judge=_judge_secrets,
)

CHECKS: tuple[Check, ...] = (SECRET_SHOWN,)
