"""What Prometheus scrapes is what it should: every declared job and scrape target, and no other (MT01)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.metrics.asking import ready, unanswered, unreadable
from atalaia.checks.metrics.scraping.scraped import (
    DeclaredJob,
    declared_job,
    jobs,
    read,
    scrape_targets,
    shown,
    with_jobs,
)
from atalaia.environment import Environment
from atalaia.environment.metrics_pages import metrics_pages
from atalaia.exchange.exchange import Exchanges
from atalaia.exchange.hop import Hop
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.targets import read_targets

_MONITORING = Hop.MONITORING.value
_STORES = {"postgres": "PostgreSQL", "redis": "Redis"}


def _judge_readable(seen: tuple[Exchanges], expected: None) -> Verdict:
    found = seen[0].steps[1]
    promise = "Prometheus tells what it scrapes: /api/v1/targets"
    if verdict := unanswered(found, promise):
        return verdict
    targets = read_targets(found.response.body if found.response else b"")
    return unreadable(targets, promise) if isinstance(targets, Unreadable) else []


UNREADABLE = Check(
    id="scrape.targets-unreadable",
    severity=Severity.MAJOR,
    catches="A Prometheus that says it is ready and does not tell what it scrapes: a proxy that lets only "
    "some paths through, another program behind the address.",
    remedy="Ask it for /api/v1/targets by hand, from here and from its own machine.",
    source="MT01; Prometheus, HTTP API, “Targets”",
    targets=with_jobs,
    observes=lambda environment, target: (scrape_targets(environment),),
    requires=lambda environment, target: ready("prometheus"),
    judge=_judge_readable,
)


def readable(environment: Environment) -> Needs:
    """That Prometheus tells what it scrapes."""
    return ((UNREADABLE, "prometheus"),)


def _judge_present(seen: tuple[Any, ...], expected: DeclaredJob) -> Verdict:
    found = read(seen)
    if isinstance(found, Inconclusive):
        return found
    there = len(found.of(expected.name))
    if there >= expected.targets:
        return []
    observed = f"it has {there} of {expected.targets}" if there else "Prometheus scrapes nothing for it"
    return [
        Finding(
            expected=f"job {expected.name} has {_count(expected.targets)}",
            observed=observed,
            hop=_MONITORING,
            cause=expected.cause,
        )
    ]


def _count(number: int) -> str:
    return f"{number} scrape target{'' if number == 1 else 's'}"


MISSING = Check(
    id="scrape.job-missing",
    severity=Severity.CRITICAL,
    catches="A job that Prometheus does not have, or without all its scrape targets: two YAML blocks were "
    "merged, a file was not loaded. Nothing is down in any figure; there is none.",
    remedy="Compare /api/v1/status/config with scrape_configs; reload Prometheus after every change.",
    source="MT01",
    targets=jobs,
    observes=lambda environment, target: (scrape_targets(environment),),
    expects=declared_job,
    requires=lambda environment, target: readable(environment),
    judge=_judge_present,
)


@dataclass(frozen=True)
class DeclaredJobs:
    """All jobs as they are meant."""

    targets: Mapping[str, int]
    cause: str


def _declared_jobs(environment: Environment, target: str) -> DeclaredJobs:
    assert environment.prometheus is not None, "the check's targets have it"
    return DeclaredJobs(environment.prometheus.jobs, shown(environment, "scrape_configs"))


def _judge_expected(seen: tuple[Any, ...], expected: DeclaredJobs) -> Verdict:
    found = read(seen)
    if isinstance(found, Inconclusive):
        return found
    findings = []
    for job in found.jobs():
        there = found.of(job)
        wanted = expected.targets.get(job, 0)
        if len(there) > wanted:
            addresses = ", ".join(each.address or each.url for each in there)
            findings.append(
                Finding(
                    expected=f"job {job} has {_count(wanted)}"
                    if wanted
                    else f"no job {job}: it is not declared",
                    observed=f"it has {len(there)}: {addresses}",
                    hop=_MONITORING,
                    cause=expected.cause,
                )
            )
    return findings


UNEXPECTED = Check(
    id="scrape.target-unexpected",
    severity=Severity.MAJOR,
    catches="Something is scraped that nobody declared: a job left behind, one target more than there should "
    "be.",
    remedy="Remove the job or scrape target from scrape_configs, or declare it in prometheus.jobs.",
    source="MT01",
    targets=with_jobs,
    observes=lambda environment, target: (scrape_targets(environment),),
    expects=_declared_jobs,
    requires=lambda environment, target: readable(environment),
    judge=_judge_expected,
)


@dataclass(frozen=True)
class Ports:
    """A job, and the ports that speak no HTTP."""

    job: DeclaredJob
    stores: Mapping[int, str]
    """Port → whose it is."""


def _ports(environment: Environment, target: str) -> Ports:
    stores = environment.stores
    urls = {"postgres": stores.postgres and stores.postgres.dsn, "redis": stores.redis and stores.redis.url}
    pages = {page.url.port for page in metrics_pages(environment).values()}
    ports = {url.port: _STORES[name] for name, url in urls.items() if url and url.port not in pages}
    return Ports(declared_job(environment, target), ports)


def _judge_exporter(seen: tuple[Any, ...], expected: Ports) -> Verdict:
    found = read(seen)
    if isinstance(found, Inconclusive):
        return found
    return [
        Finding(
            expected=f"job {expected.job.name} scrapes an exporter of {store}",
            observed=f"it scrapes {each.url}, {store}'s own port, which speaks no HTTP "
            f"({each.error or each.health})",
            hop=_MONITORING,
            cause=expected.job.cause,
        )
        for each in found.of(expected.job.name)
        if (store := expected.stores.get(_port(each.address))) is not None
    ]


def _port(address: str) -> int:
    port = address.rpartition(":")[2]
    return int(port) if port.isdigit() else 0


NOT_AN_EXPORTER = Check(
    id="scrape.store-without-exporter",
    severity=Severity.CRITICAL,
    catches="A database's own port in scrape_configs, as if it spoke HTTP: always down, and often taken for "
    "a matter of time.",
    remedy="Run postgres_exporter (9187) or redis_exporter (9121), and scrape that.",
    source="MT01; AtendeAI 2.0 monitoring, “scrape_configs”; prometheus.io, “Exporters and integrations”",
    targets=jobs,
    observes=lambda environment, target: (scrape_targets(environment),),
    expects=_ports,
    requires=lambda environment, target: ((MISSING, target),),
    judge=_judge_exporter,
)

CHECKS: tuple[Check, ...] = (UNREADABLE, MISSING, UNEXPECTED, NOT_AN_EXPORTER)
