"""What clients send is what services, Kong and HAProxy count (MT02)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, succeeded, undecided
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.exposition import form
from atalaia.checks.metrics.exposition.figures import COUNTER_FELL
from atalaia.checks.metrics.exposition.owner import own_page
from atalaia.checks.metrics.exposition.required import MISSING_LABEL
from atalaia.checks.metrics.loop.legs import (
    BALANCER,
    GATEWAY,
    asked,
    legs,
    measurement,
    request_to,
    services,
    shared,
)
from atalaia.checks.observables import hop_of
from atalaia.checks.routing.reached import answered
from atalaia.checks.service_paths import UNHEALTHY_THROUGH_LOAD_BALANCER
from atalaia.environment import Environment, Safety
from atalaia.environment.metrics_pages import metrics_pages
from atalaia.exchange.hop import Hop
from atalaia.systems.prometheus.counts import summed
from atalaia.systems.prometheus.loop import Leg, LoopSeen


@dataclass(frozen=True)
class Counted:
    """A leg, and whether anybody but us moves it."""

    leg: Leg
    hop: str
    urls: tuple[str, ...]
    """Where the requests went that it must count."""
    alone: bool
    """Nobody else asks: it is a sandbox, and nothing of ours was under way."""


def _expected(environment: Environment, target: str) -> Counted:
    leg = legs(environment)[target]
    of = (target,) if target in environment.services else services(environment)
    requests = (request_to(environment, name) for name in of)
    urls = tuple(f"{one.url.origin}{one.target}" for one in requests)
    own = {GATEWAY: Hop.GATEWAY, BALANCER: Hop.LOAD_BALANCER}.get(target) or hop_of(environment, target)
    sandbox = environment.safety is Safety.SANDBOX
    return Counted(leg, own.value, urls, alone(environment, target) if target in of else sandbox)


def alone(environment: Environment, leg: str) -> bool:
    """Whether nobody but us asks a service for what we ask it for."""
    return leg in environment.services and not shared(environment, leg)


def _judge(seen: tuple[Any, ...], expected: Counted) -> Verdict:
    loop: LoopSeen = seen[0]
    leg = loop.leg(expected.leg.name)
    ours = [one for one in loop.requests if one.url in expected.urls]
    assert len(ours) == expected.leg.by, "all of its requests were sent"
    if reason := undecided(*ours, *leg.before, *leg.after):
        return reason
    if failed := [one for one in ours if not succeeded(one)]:
        return Inconclusive(f"{len(failed)} of {len(ours)} requests did not succeed: {describe(failed[0])}")
    if unread := [page for page in (*leg.before, *leg.after) if not succeeded(page)]:
        return Inconclusive(f"a page of metrics was not there again: {describe(unread[0])}")
    then, now = summed(expected.leg, leg.before), summed(expected.leg, leg.after)
    if now < then:
        return Inconclusive(f"the counters of {leg.name} began anew meanwhile")
    grown, by = now - then, expected.leg.by
    if grown == by or (grown > by and not expected.alone):
        return []
    metric = expected.leg.figures[0].metric
    return [
        Finding(
            expected=f"{metric} of {leg.name} grows by {by} with {by} requests through the front",
            observed=f"it grew by {grown:g}" if grown else "it did not grow",
            hop=expected.hop,
        )
    ]


def _answered(environment: Environment, names: Iterable[str]) -> Needs:
    """The routes succeed, and the front leads to them."""
    named = tuple(names)
    ways = tuple(
        (UNHEALTHY_THROUGH_LOAD_BALANCER, name) for name in named if environment.services[name].gateway_health
    )
    routes = services(environment)
    return all_of(ways, *(answered(environment, routes[name]) for name in named))


def _required(environment: Environment, page: str) -> Needs:
    """The page can be read and says what is so; its counter is there, where the environment requires it."""
    kind = metrics_pages(environment)[page].kind
    checks = (
        *form.CHECKS,
        COUNTER_FELL,
        *((MISSING_LABEL,) if environment.metrics.required.get(kind) else ()),
    )
    return all_of(own_page(environment, page), tuple((check, page) for check in checks))


SERVICE = Check(
    id="loop.service-counts-otherwise",
    severity=Severity.MAJOR,
    catches="A service that answers and does not count, or counts twice: middleware in the wrong place, "
    "workers that each have counters of their own.",
    remedy="Count in the outermost middleware, for every answer; with several workers, in "
    "prometheus_client's multiprocess mode.",
    source="MT02",
    targets=asked,
    observes=lambda environment, target: (measurement(environment),),
    expects=_expected,
    requires=lambda environment, target: all_of(
        _answered(environment, (target,)), _required(environment, target)
    ),
    judge=_judge,
)


def _named(name: str, what: str) -> Any:
    def targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
        return (name,) if name in legs(environment) else NotDeclared(what)

    return targets


def _gateway_needs(environment: Environment, target: str) -> Needs:
    pages = (f"{node}-status" for node in environment.gateway_nodes())
    return all_of(
        _answered(environment, services(environment)), *(_required(environment, page) for page in pages)
    )


GATEWAY_COUNT = Check(
    id="loop.gateway-counts-otherwise",
    severity=Severity.MAJOR,
    catches="A gateway that passes requests on and does not count them: a route without the prometheus "
    "plugin, a node whose metrics nobody reads.",
    remedy="Enable the prometheus plugin globally, with status_code_metrics: true; declare the Status API of "
    "every node.",
    source="MT02; Kong 3.4, prometheus plugin",
    targets=_named(GATEWAY, "gateway.nodes[].status of every node"),
    observes=lambda environment, target: (measurement(environment),),
    expects=_expected,
    requires=_gateway_needs,
    judge=_judge,
)


def _balancer_needs(environment: Environment, target: str) -> Needs:
    pages = (page.target for page in metrics_pages(environment).values() if page.kind == "haproxy")
    return all_of(
        _answered(environment, services(environment)), *(_required(environment, page) for page in pages)
    )


BALANCER_COUNT = Check(
    id="loop.load-balancer-counts-otherwise",
    severity=Severity.MAJOR,
    catches="An exporter that is another load balancer's, or requests that take another way than the "
    "backend that everybody looks at.",
    remedy="Compare use_backend in haproxy.cfg with load_balancer.backends, and the exporter's address.",
    source="MT02; HAProxy 2.8, addons/promex",
    targets=_named(BALANCER, "load_balancer.backends with paths, or exporter of kind haproxy"),
    observes=lambda environment, target: (measurement(environment),),
    expects=_expected,
    requires=_balancer_needs,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (SERVICE, GATEWAY_COUNT, BALANCER_COUNT)


def counted(environment: Environment, leg: str) -> Needs:
    """That a leg counts what it should."""
    match leg:
        case "gateway":
            return ((GATEWAY_COUNT, leg),)
        case "load-balancer":
            return ((BALANCER_COUNT, leg),)
    return ((SERVICE, leg),)
