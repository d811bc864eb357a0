"""Every job scrapes, and names, whom it is there for: no other server, and nobody twice (MT01)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.scraping.jobs import MISSING, NOT_AN_EXPORTER, UNEXPECTED
from atalaia.checks.metrics.scraping.scraped import (
    DeclaredJob,
    declared_job,
    jobs,
    pages_named,
    read,
    scrape_targets,
    shown,
    with_jobs,
)
from atalaia.environment import Environment
from atalaia.environment.metrics_pages import metrics_pages
from atalaia.exchange.hop import Hop
from atalaia.systems.prometheus.targets import ScrapeTarget, Targets

_MONITORING = Hop.MONITORING.value
_NO_NAMES_OF = ("job", "instance")
"""Labels that Prometheus gives itself."""


@dataclass(frozen=True)
class Place:
    """A job, and what belongs to others than those whom it is named for."""

    job: DeclaredJob
    addresses: Mapping[str, str]
    """host:port → whose page is there."""
    services: tuple[str, ...]
    """The other services, where the job is named for one; none where it is named for anything else."""

    def whose(self, target: ScrapeTarget) -> str:
        """The other server whose page a scrape target of the job is; empty where it is none that is known."""
        found = self.addresses.get(_plain(target.address))
        host = target.address.rpartition(":")[0]
        return found or (host if host in self.services else "")


def _plain(address: str) -> str:
    host, _, port = address.rpartition(":")
    return f"127.0.0.1:{port}" if host == "localhost" else address


def named_jobs(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The jobs whose names tell whom they are there for."""
    declared = jobs(environment)
    if isinstance(declared, NotDeclared):
        return declared
    found = tuple(job for job in declared if pages_named(environment, job))
    return found or NotDeclared("prometheus.jobs that are named like a service, exporter or system")


def place_of(environment: Environment, job: str) -> Place:
    """What a job must not scrape."""
    assert environment.prometheus is not None, "the check's targets are its jobs"
    own = pages_named(environment, job)
    pages = {page.target: page for page in metrics_pages(environment).values()}
    mine = {_plain(f"{page.url.host}:{page.url.port}") for page in own}
    # Where Prometheus runs elsewhere, its own machine's addresses are not those of ours.
    near = _loopback(environment.prometheus.url.host)
    addresses = {
        at: name
        for name, page in pages.items()
        if (at := _plain(f"{page.url.host}:{page.url.port}")) not in mine
        and (near or not _loopback(page.url.host))
    }
    for_service = any(page.kind == "service" for page in own)
    others = tuple(name for name in environment.services if name != job) if for_service else ()
    return Place(declared_job(environment, job), addresses, others)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _judge_server(seen: tuple[Any, ...], expected: Place) -> Verdict:
    found = read(seen)
    if isinstance(found, Inconclusive):
        return found
    return [
        Finding(
            expected=f"job {expected.job.name} scrapes {expected.job.name}",
            observed=f"it scrapes {each.url}, which is {whose}",
            hop=_MONITORING,
            cause=expected.job.cause,
        )
        for each in found.of(expected.job.name)
        if (whose := expected.whose(each))
    ]


OTHER_SERVER = Check(
    id="scrape.other-server",
    severity=Severity.CRITICAL,
    catches="A job that scrapes another server than it is named for: a copied address. Everything is up, and "
    "every figure, alert and dashboard of the one tells of the other.",
    remedy="Correct the address in the job's scrape_configs, and reload Prometheus.",
    source="MT01, MT08",
    targets=named_jobs,
    observes=lambda environment, target: (scrape_targets(environment),),
    expects=place_of,
    requires=lambda environment, target: ((MISSING, target), (NOT_AN_EXPORTER, target)),
    judge=_judge_server,
)


def _service_jobs(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named = named_jobs(environment)
    found = tuple(job for job in named if job in environment.services) if isinstance(named, tuple) else ()
    return found if len(found) > 1 else NotDeclared("prometheus.jobs that are named like services")


def _judge_label(seen: tuple[Any, ...], expected: Place) -> Verdict:
    found = read(seen)
    if isinstance(found, Inconclusive):
        return found
    naming = _naming(found, expected.services)
    return [
        Finding(
            expected=f'the scrape targets of job {expected.job.name} have {name}="{expected.job.name}", '
            f"as those of other services have their names there",
            observed=f'{each.url} has {name}="{value}"',
            hop=_MONITORING,
            cause=expected.job.cause,
        )
        for each in found.of(expected.job.name)
        for name, value in each.labels
        if name in naming and value in expected.services
    ]


def _naming(found: Targets, services: tuple[str, ...]) -> frozenset[str]:
    """The labels in which scrape targets of services have the services' names."""
    return frozenset(_names_of_services(found, services)) - frozenset(_NO_NAMES_OF)


def _names_of_services(found: Targets, services: tuple[str, ...]) -> Iterator[str]:
    for service in services:
        for target in found.of(service):
            yield from (name for name, value in target.labels if value == service)


WRONG_LABEL = Check(
    id="scrape.wrong-label",
    severity=Severity.CRITICAL,
    catches="A scrape target with another service's name in the label by which rules and dashboards select: "
    "the one has no figures, and those of the other are the sum of both.",
    remedy="Correct `labels` of the job's static_configs, or the relabel rule that sets it.",
    source="MT01; AtendeAI 2.0 monitoring, label `service`",
    targets=_service_jobs,
    observes=lambda environment, target: (scrape_targets(environment),),
    expects=place_of,
    requires=lambda environment, target: ((OTHER_SERVER, target),),
    judge=_judge_label,
)


@dataclass(frozen=True)
class Places:
    """All jobs that are named for somebody, and where scrape_configs stand."""

    of: Mapping[str, Place]
    cause: str


def _places(environment: Environment, target: str) -> Places:
    named = named_jobs(environment)
    places = {job: place_of(environment, job) for job in named} if isinstance(named, tuple) else {}
    return Places(places, shown(environment, "scrape_configs"))


def _judge_once(seen: tuple[Any, ...], expected: Places) -> Verdict:
    found = read(seen)
    if isinstance(found, Inconclusive):
        return found
    by_page: dict[str, list[ScrapeTarget]] = {}
    for each in found.active:
        place = expected.of.get(each.job)
        # A job that scrapes another's server is told as that.
        if place is None or not place.whose(each):
            by_page.setdefault(each.exactly, []).append(each)
    return [
        Finding(
            expected=f"{by[0].url} is scraped by one job",
            observed=f"it is scraped by {' and '.join(sorted(each.job for each in by))}",
            hop=_MONITORING,
            cause=expected.cause,
        )
        for by in by_page.values()
        if len(by) > 1
    ]


TWICE = Check(
    id="scrape.server-twice",
    severity=Severity.MAJOR,
    catches="One page in two jobs: sums over all jobs count its server twice, and each alert comes twice.",
    remedy="Remove one of the jobs from scrape_configs and from prometheus.jobs; what must be scraped in two "
    "ways needs another path or parameters.",
    source="MT01",
    targets=with_jobs,
    observes=lambda environment, target: (scrape_targets(environment),),
    expects=_places,
    requires=lambda environment, target: ((UNEXPECTED, "prometheus"),),
    judge=_judge_once,
)


def in_its_place(environment: Environment, job: str) -> tuple[tuple[Check, str], ...]:
    """That a job scrapes whom it is named for, where its name tells that."""
    named = named_jobs(environment)
    return ((OTHER_SERVER, job),) if isinstance(named, tuple) and job in named else ()


CHECKS: tuple[Check, ...] = (OTHER_SERVER, WRONG_LABEL, TWICE)
