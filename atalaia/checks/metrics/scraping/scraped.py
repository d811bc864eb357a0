"""What the checks of scraping look at: Prometheus' scrape targets, and whose pages they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import undecided
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Inconclusive, NotDeclared
from atalaia.checks.metrics.asking import from_prometheus, ready
from atalaia.checks.metrics.exposition.form import MALFORMED
from atalaia.checks.metrics.exposition.present import readable
from atalaia.checks.services import healthy
from atalaia.environment import Environment
from atalaia.environment.endpoints import MONITORING
from atalaia.environment.metrics_pages import MetricsPage, metrics_pages
from atalaia.environment.remembered import per_environment
from atalaia.exchange.exchange import Exchanges
from atalaia.exchange.hop import Hop
from atalaia.systems.document import Unreadable
from atalaia.systems.lines import Lines
from atalaia.systems.prometheus import runtime, targets
from atalaia.systems.prometheus.answers import Vector, read_vector
from atalaia.systems.prometheus.configuration import read_configuration
from atalaia.systems.prometheus.configuration_defaults import intervals
from atalaia.systems.prometheus.settled import SettledTargets
from atalaia.systems.prometheus.targets import Targets, read_targets

_VENDORS = frozenset({"kong", "haproxy", "postgres", "redis", "node"})
"""Kinds of pages that a job is often named after."""


def jobs(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The declared jobs."""
    declared = environment.prometheus.jobs if environment.prometheus else {}
    return tuple(declared) or NotDeclared("prometheus.jobs")


def with_jobs(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Prometheus, where its jobs are declared."""
    return (
        ("prometheus",)
        if environment.prometheus and environment.prometheus.jobs
        else NotDeclared("prometheus.jobs")
    )


def scrape_targets(environment: Environment) -> SettledTargets:
    """Prometheus' scrape targets, once it has scraped them."""
    prometheus = environment.prometheus
    assert prometheus is not None, "the check's targets have it"
    limit = prometheus.scrape_duration
    return SettledTargets(
        key="scrape targets of prometheus",
        hop=Hop.MONITORING,
        runtime=from_prometheus(environment, runtime.PATH),
        targets=from_prometheus(environment, targets.PATH),
        least=from_prometheus(environment, "/api/v1/query?query="),
        jobs=tuple(prometheus.jobs.items()),
        duration=limit.total_seconds() if limit else None,
    )


def read(seen: tuple[Any, ...]) -> Targets | Inconclusive:
    """The scrape targets of what was seen; scrape.targets-unreadable has found out where there are none."""
    exchanges: Exchanges = seen[0]
    found = exchanges.steps[1]
    if reason := undecided(found):
        return reason
    read_now = read_targets(found.response.body if found.response else b"")
    return Inconclusive(str(read_now)) if isinstance(read_now, Unreadable) else read_now


def least(seen: tuple[Any, ...]) -> Vector | None:
    """How long each scrape target took at best of late; None where no one took long, or nobody tells."""
    exchanges: Exchanges = seen[0]
    bodies = [each.response.body for each in exchanges.steps[2:] if each.response]
    found = read_vector(bodies[0]) if bodies else Unreadable("")
    return None if isinstance(found, Unreadable) else found


@dataclass(frozen=True)
class DeclaredJob:
    """A job as it is meant."""

    name: str
    targets: int
    """Scrape targets that it should have."""
    addresses: tuple[str, ...] = ()
    """Those of its scrape targets, where a file gives them."""
    interval: float | None = None
    """Seconds, where a file gives them."""
    cause: str = ""
    """file:line."""


def declared_job(environment: Environment, job: str) -> DeclaredJob:
    """A declared job, and what the declared configuration says of it."""
    assert environment.prometheus is not None, "the check's targets are its jobs"
    expected = environment.prometheus.jobs[job]
    return _in_file(environment).get(job) or DeclaredJob(job, expected, cause=shown(environment))


def shown(environment: Environment, *place: str | int) -> str:
    """file:line of what stands at a place of the declared configuration; empty where there is no file."""
    file = environment.monitoring_files.prometheus
    return f"{file.shown}:{Lines(file.text).of(place)}" if file else ""


@per_environment
def _in_file(environment: Environment) -> dict[str, DeclaredJob]:
    file = environment.monitoring_files.prometheus
    configuration = read_configuration(file.text) if file else {}
    prometheus = environment.prometheus
    if isinstance(configuration, Unreadable) or prometheus is None or file is None:
        return {}
    lengths, lines, found = intervals(configuration), Lines(file.text), {}
    items = configuration.get("scrape_configs")
    for at, item in enumerate(items if isinstance(items, list) else ()):
        name = item.get("job_name") if isinstance(item, Mapping) else None
        if isinstance(name, str) and name in prometheus.jobs:
            found[name] = DeclaredJob(
                name,
                prometheus.jobs[name],
                _addresses(item),
                lengths.get(name),
                f"{file.shown}:{lines.of(('scrape_configs', at))}",
            )
    return found


def _addresses(job: Mapping[str, Any]) -> tuple[str, ...]:
    groups = job.get("static_configs")
    return tuple(
        str(address)
        for group in (groups if isinstance(groups, list) else ())
        if isinstance(group, Mapping)
        for address in group.get("targets") or ()
    )


def pages_of(environment: Environment, job: str) -> tuple[MetricsPage, ...]:
    """The declared pages that a job is there for.

    By the addresses that the declared configuration gives it; else by its name, which is that of whom the
    page tells, or of the vendor.
    """
    addresses = declared_job(environment, job).addresses
    pages = metrics_pages(environment).values()
    found = tuple(page for page in pages if f"{page.url.host}:{page.url.port}" in addresses)
    return found or pages_named(environment, job)


def pages_named(environment: Environment, job: str) -> tuple[MetricsPage, ...]:
    """The declared pages that a job is named for, whatever it scrapes."""
    pages = metrics_pages(environment).values()
    return tuple(page for page in pages if page.target == job or (page.kind == job and page.kind in _VENDORS))


@dataclass(frozen=True)
class Scraped:
    """A page, and the job that it is scraped for."""

    page: MetricsPage
    job: str
    cause: str

    @property
    def address(self) -> str:
        """Its host:port."""
        return f"{self.page.url.host}:{self.page.url.port}"


@per_environment
def scraped_pages(environment: Environment) -> dict[str, Scraped]:
    """Target → declared page that one of the declared jobs is there for."""
    names = jobs(environment)
    found: dict[str, Scraped] = {}
    for job in names if isinstance(names, tuple) else ():
        for page in pages_of(environment, job):
            found.setdefault(page.target, Scraped(page, job, declared_job(environment, job).cause))
    return found


def answering(environment: Environment, page: MetricsPage) -> Needs:
    """What must hold before anybody can be expected to read a page."""
    return all_of(
        _working(environment, page), readable(environment, page.target), ((MALFORMED, page.target),)
    )


def _working(environment: Environment, page: MetricsPage) -> Needs:
    if page.target in environment.services:
        return all_of(reachable(environment, page.target), healthy(environment, page.target))
    if page.target in MONITORING:
        return ready(page.target)
    return reachable(environment, page.target)
