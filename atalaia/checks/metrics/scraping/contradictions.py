"""Two views of one thing that contradict each other: at least one of them tells what is not so (MT08)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, not_measured, succeeded, undecided
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.gateway import ready as node_ready
from atalaia.checks.load_balancer import SERVER_UNCHECKED, STATS_UNREADABLE, read_statistics
from atalaia.checks.metrics.asking import from_prometheus
from atalaia.checks.metrics.exposition.owner import own_page
from atalaia.checks.metrics.scraping.jobs import MISSING
from atalaia.checks.metrics.scraping.places import in_its_place
from atalaia.checks.metrics.scraping.scraped import Scraped, scraped_pages
from atalaia.checks.metrics.scraping.up import probe
from atalaia.checks.observables import statistics
from atalaia.checks.routing.targets import health_of_targets, named_targets
from atalaia.environment import Environment
from atalaia.environment.metrics_pages import metrics_pages
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.hop import Hop
from atalaia.systems.document import Unreadable
from atalaia.systems.kong.admin.model import AdminEntities
from atalaia.systems.prometheus import targets
from atalaia.systems.prometheus.exposition.reader import read
from atalaia.systems.prometheus.settled import ProbedPage
from atalaia.systems.prometheus.targets import read_targets

_SERVER_STATUS = "haproxy_server_status"
_TARGET_HEALTH = "kong_upstream_target_health"


def _pages(environment: Environment) -> tuple[str, ...] | NotDeclared:
    return tuple(scraped_pages(environment)) or NotDeclared(
        "page of metrics that one of prometheus.jobs scrapes"
    )


def _probed(environment: Environment, target: str) -> tuple[ProbedPage, ...]:
    scraped = scraped_pages(environment)[target]
    return (
        ProbedPage(
            key=f"page of {target} as Prometheus sees it",
            hop=Hop.MONITORING,
            page=probe(environment, scraped.page),
            targets=from_prometheus(environment, targets.PATH),
            job=scraped.job,
            address=scraped.address,
        ),
    )


def _judge_up(seen: tuple[Exchanges], expected: Scraped) -> Verdict:
    own, found = seen[0].steps
    if reason := undecided(own, found):
        return reason
    views = read_targets(found.response.body if found.response else b"")
    if isinstance(views, Unreadable):
        return Inconclusive(str(views))
    if succeeded(own):
        return []
    page = views.page(expected.job, expected.address)
    if not page or any(each.health != "up" for each in page):
        return []
    return [
        Finding(
            expected=f"what Prometheus has up answers: {own.url}",
            observed=f"Prometheus has up {', '.join(each.url for each in page)} (job {expected.job}); "
            f"asked by us: {describe(own)}",
            hop=Hop.MONITORING.value,
            cause=expected.cause,
        )
    ]


def _in_its_place(environment: Environment, target: str) -> Needs:
    job = scraped_pages(environment)[target].job
    return all_of(((MISSING, job),), in_its_place(environment, job))


UP = Check(
    id="scrape.up-contradicts-probe",
    severity=Severity.CRITICAL,
    catches="Prometheus says `up` of a page that does not answer: it scrapes another server under this one's "
    "name, and its alerts never fire.",
    remedy="Compare the job's address in scrape_configs with the server's own: no label tells who answers.",
    source="MT08",
    targets=_pages,
    observes=_probed,
    expects=lambda environment, target: scraped_pages(environment)[target],
    requires=_in_its_place,
    judge=_judge_up,
)


def _exporters(environment: Environment) -> tuple[str, ...] | NotDeclared:
    if environment.load_balancer is None or environment.load_balancer.stats is None:
        return NotDeclared("load_balancer.stats")
    found = tuple(page.target for page in metrics_pages(environment).values() if page.kind == "haproxy")
    return found or NotDeclared("metrics.exporters of kind haproxy")


def _haproxy_needs(environment: Environment, target: str) -> Needs:
    balancer = environment.load_balancer
    backends = balancer.backends if balancer else {}
    declared = tuple(f"{name}/{server}" for name, each in backends.items() for server in each.servers)
    return all_of(
        ((STATS_UNREADABLE, "load-balancer-stats"),),
        own_page(environment, target),
        tuple((SERVER_UNCHECKED, server) for server in declared),
    )


def _judge_haproxy(seen: tuple[Exchange, ...], expected: None) -> Verdict:
    csv, page = seen
    if reason := undecided(csv, page):
        return reason
    told = read_statistics(csv)
    if isinstance(told, Unreadable):
        return Inconclusive(f"the statistics could not be read again: {told}")
    exported = _ones(page, _SERVER_STATUS, ("proxy", "server"))
    findings = []
    for server in told.servers:
        states = exported.get((server.backend, server.name), set())
        word = server.status.split()[0] if server.checked else server.status
        if not states or not server.settled or word in states:
            continue
        findings.append(
            Finding(
                expected="HAProxy's exporter and its statistics tell the same of "
                f"{server.backend}/{server.name}",
                observed=f"statistics: {server.status}; exporter: {' and '.join(sorted(states))}",
                hop=Hop.LOAD_BALANCER.value,
            )
        )
    return findings


HAPROXY = Check(
    id="scrape.haproxy-contradicts-exporter",
    severity=Severity.MAJOR,
    catches="HAProxy's exporter says UP of a server that nobody checks, dead or alive; or the exporter is "
    "another HAProxy's.",
    remedy="Add `check` to the server in haproxy.cfg; compare the exporter's address with the statistics'.",
    source="MT08; HAProxy 2.8, addons/promex: a server without `check` counts as running",
    targets=_exporters,
    observes=lambda environment, target: (
        statistics(environment),
        probe(environment, metrics_pages(environment)[target]),
    ),
    requires=_haproxy_needs,
    judge=_judge_haproxy,
)


def _ones(page: Exchange, metric: str, labels: tuple[str, ...]) -> Mapping[tuple[str, ...], set[str]]:
    """Of a set of states, those whose series is 1, by these labels."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for sample in read(page.response.body if page.response else b"").samples:
        if sample.name == metric and sample.value == 1:
            found[tuple(sample.label(label) or "" for label in labels)].add(sample.label("state") or "")
    return found


def _nodes(environment: Environment) -> tuple[str, ...] | NotDeclared:
    pages = metrics_pages(environment)
    found = tuple(node for node in environment.gateway_nodes() if f"{node}-status" in pages)
    return found or NotDeclared("gateway.nodes[].status")


def _judge_kong(seen: tuple[Any, ...], expected: str) -> Verdict:
    lists: AdminEntities = seen[0]
    page: Exchange = seen[1]
    if reason := undecided(page):
        return reason
    if lists.failure:
        return not_measured(lists.failure) or Inconclusive(f"the health of upstreams: {lists.failure}")
    exported = _ones(page, _TARGET_HEALTH, ("upstream", "target"))
    return list(_contradicted(lists, exported, expected))


def _contradicted(
    lists: AdminEntities, exported: Mapping[tuple[str, ...], set[str]], node: str
) -> Iterator[Finding]:
    for upstream, target in named_targets(lists):
        name, health = str(target.get("target")), str(target.get("health") or "").lower()
        states = exported.get((upstream, name), set())
        if health and states and health not in states:
            yield Finding(
                expected=f"{node}'s metrics and its Admin API tell the same of target {name} of {upstream}",
                observed=f"Admin API: {health.upper()}; {_TARGET_HEALTH}: {' and '.join(sorted(states))}",
                hop=Hop.GATEWAY.value,
            )


KONG = Check(
    id="scrape.kong-health-contradicts",
    severity=Severity.MAJOR,
    catches="Kong's metrics tell another health of an upstream's targets than Kong itself acts on: figures "
    "of another node behind the address, or of a worker that has not heard.",
    remedy="Compare the node's Status API with its Admin API (/upstreams/NAME/health); restart a node that "
    "stays so.",
    source="MT08; Kong 3.4, kong/plugins/prometheus/exporter.lua: kong_upstream_target_health",
    targets=_nodes,
    observes=lambda environment, node: (
        *health_of_targets(environment, node),
        probe(environment, metrics_pages(environment)[f"{node}-status"]),
    ),
    expects=lambda environment, node: node,
    requires=lambda environment, node: all_of(
        node_ready(environment, node),
        reachable(environment, f"{node}-admin"),
        own_page(environment, f"{node}-status"),
    ),
    judge=_judge_kong,
)

CHECKS: tuple[Check, ...] = (UP, HAPROXY, KONG)
