"""What the environment says must be on pages is on them: metrics, and the labels that rules select by."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import undecided
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.asking import page_samples
from atalaia.checks.metrics.exposition.owner import own_page
from atalaia.checks.metrics.exposition.pages import hop, page_of
from atalaia.checks.observables import through_gateway
from atalaia.checks.service_paths import through_all_nodes
from atalaia.environment import Environment
from atalaia.environment.metrics_pages import metrics_pages
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.observable import Observable
from atalaia.systems.kong.given import given_of
from atalaia.systems.prometheus.counted_page import CountedPage
from atalaia.systems.prometheus.exposition import Page


@dataclass(frozen=True)
class Required:
    """What must be on a page."""

    hop: str
    metrics: dict[str, tuple[str, ...]]
    """Metric → labels."""
    cause: str = ""
    """file:line of what decides about them."""


def _with_requirements(environment: Environment) -> tuple[str, ...] | NotDeclared:
    pages = metrics_pages(environment)
    names = tuple(name for name, page in pages.items() if environment.metrics.required.get(page.kind))
    return names or NotDeclared("metrics.required")


def _required(environment: Environment, target: str) -> Required:
    page = metrics_pages(environment)[target]
    required = environment.metrics.required[page.kind]
    metrics = {metric: tuple(labels) for metric, labels in required.items()}
    cause = _plugin(environment, tuple(required)) if page.kind == "kong" else ""
    return Required(hop(environment, target), metrics, cause)


_SETTINGS = {
    "kong_http_requests_total": "status_code_metrics",
    "kong_request_latency_ms": "latency_metrics",
    "kong_kong_latency_ms": "latency_metrics",
    "kong_upstream_latency_ms": "latency_metrics",
    "kong_bandwidth_bytes": "bandwidth_metrics",
    "kong_upstream_target_health": "upstream_health_metrics",
}
"""Which setting of Kong's prometheus plugin lets it tell a metric (kong/plugins/prometheus/schema.lua)."""


def _plugin(environment: Environment, metrics: tuple[str, ...]) -> str:
    """Where Kong's file has its prometheus plugin: the first setting that is off, else all of them."""
    given = given_of(environment)
    for plugin in given.configuration.plugins if given and given.configuration else ():
        if given and plugin.name == "prometheus" and plugin.enabled:
            settings = (_SETTINGS[metric] for metric in metrics if metric in _SETTINGS)
            off = tuple(setting for setting in settings if not plugin.config.get(setting))[:1]
            return given.line(plugin, "config", *off)
    return given.origin if given else ""


def _used_service(environment: Environment) -> str | None:
    """A service that can be asked for through the gateway at nobody's expense."""
    services = environment.services.items()
    return next((name for name, service in services if service.gateway_health), None)


def settled_page(environment: Environment, target: str) -> Observable:
    """A page on which what happens is counted; Kong's own only begin with its first request."""
    samples = page_samples(environment, target)
    service = _used_service(environment)
    if metrics_pages(environment)[target].kind != "kong" or service is None:
        return samples
    path = environment.services[service].gateway_health
    assert path is not None, "chosen by it"
    request = through_gateway(environment, target.removesuffix("-status"), path)
    return CountedPage(
        key=f"GET {target} after a request",
        hop=samples.hop,
        page=samples.steps[0],
        metrics=tuple(environment.metrics.required.get("kong", ())),
        after=request,
    )


def _page(seen: tuple[Exchange | Exchanges, ...]) -> Page | Inconclusive:
    (payload,) = seen
    exchange = payload.steps[-1] if isinstance(payload, Exchanges) else payload
    if reason := undecided(exchange):
        return reason
    if exchange.response is None or exchange.failure:
        return Inconclusive(f"the page was there before, and now: {exchange.failure}")
    return page_of(exchange.response)


def _judge_metrics(seen: tuple[Exchange | Exchanges, ...], expected: Required) -> Verdict:
    page = _page(seen)
    if isinstance(page, Inconclusive):
        return page
    # A metric without a series has its TYPE there: nothing has happened yet.
    missing = [name for name in expected.metrics if name not in page.labels and name not in page.families]
    if not missing:
        return []
    return [
        Finding(
            expected=f"the metrics {', '.join(expected.metrics)} (metrics.required)",
            observed=f"no {', no '.join(missing)} among {len(page.families)} metrics",
            hop=expected.hop,
            cause=expected.cause,
        )
    ]


def _needs(environment: Environment, target: str) -> Needs:
    service = _used_service(environment)
    if metrics_pages(environment)[target].kind != "kong" or service is None:
        return own_page(environment, target)
    return all_of(own_page(environment, target), through_all_nodes(environment, service))


MISSING_METRIC = Check(
    id="metrics.missing-metric",
    severity=Severity.MAJOR,
    catches="A metric that rules and dashboards stand on and that the page lacks: a renamed one, a collector "
    "that is off, Kong's prometheus plugin without status_code_metrics or latency_metrics.",
    remedy="Export it under the declared name; Kong: set status_code_metrics, latency_metrics and "
    "upstream_health_metrics of its prometheus plugin to true.",
    source="MT02, MT03; Kong 3.4, kong/plugins/prometheus/exporter.lua",
    targets=_with_requirements,
    observes=lambda environment, target: (settled_page(environment, target),),
    expects=_required,
    requires=_needs,
    judge=_judge_metrics,
)


def _judge_labels(seen: tuple[Exchange | Exchanges, ...], expected: Required) -> Verdict:
    page = _page(seen)
    if isinstance(page, Inconclusive):
        return page
    findings, unused = [], []
    for metric, labels in expected.metrics.items():
        sets = page.labels.get(metric, [])
        lacking = [label for label in labels if not all(label in names for names in sets)]
        if labels and not sets:
            unused.append(metric)
        if lacking and sets:
            short = next(names for names in sets if lacking[0] not in names)
            has = ", ".join(sorted(short - {"le", "quantile"})) or "none"
            findings.append(
                Finding(
                    expected=f"{metric} with the labels {', '.join(labels)} (metrics.required)",
                    observed=f"series of {metric} without {', '.join(lacking)}; their labels: {has}",
                    hop=expected.hop,
                    cause=expected.cause,
                )
            )
    if not findings and unused:
        return Inconclusive(f"nothing was counted yet in {', '.join(unused)}")
    return findings


MISSING_LABEL = Check(
    id="metrics.missing-label",
    severity=Severity.MAJOR,
    catches="A label under another name than rules and panels select by (`path` for `route`): they find "
    "nothing, and an alert over nothing never fires.",
    remedy="Give the metric the declared labels, or correct metrics.required and whatever selects by them.",
    source="MT02, MT03",
    targets=_with_requirements,
    observes=lambda environment, target: (settled_page(environment, target),),
    expects=_required,
    requires=lambda environment, target: ((MISSING_METRIC, target),),
    judge=_judge_labels,
)

CHECKS: tuple[Check, ...] = (MISSING_METRIC, MISSING_LABEL)
