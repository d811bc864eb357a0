"""What Prometheus scrapes is up (MT01)."""

from __future__ import annotations

from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, succeeded, undecided
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.metrics.asking import page_request
from atalaia.checks.metrics.scraping.as_meant import MeantJob, loaded, meant_file, meant_job
from atalaia.checks.metrics.scraping.jobs import MISSING, NOT_AN_EXPORTER
from atalaia.checks.metrics.scraping.places import in_its_place
from atalaia.checks.metrics.scraping.scraped import (
    answering,
    jobs,
    pages_of,
    read,
    scrape_targets,
)
from atalaia.environment import Environment
from atalaia.environment.metrics_pages import MetricsPage
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest

_MONITORING = Hop.MONITORING.value
_MOST = 4
"""Differences that a finding tells."""


def probe(environment: Environment, page: MetricsPage) -> HttpRequest:
    """The page of metrics, asked for as Prometheus does, by us."""
    return page_request(environment, page, "as prometheus does")


def pages_answer(environment: Environment, job: str) -> Needs:
    """That those answer whom a job is there for: what is down itself is told by other checks."""
    return all_of(*(answering(environment, page) for page in pages_of(environment, job)))


def _judge_up(seen: tuple[Any, ...], expected: MeantJob) -> Verdict:
    found = read(seen)
    if isinstance(found, Inconclusive):
        return found
    running: Exchange | None = seen[-1] if expected.file else None
    probes: tuple[Exchange, ...] = seen[1:-1] if expected.file else seen[1:]
    if reason := undecided(*probes):
        return reason
    down = [each for each in found.of(expected.job.name) if each.health == "down"]
    if not down:
        return []
    asked = "; ".join(
        f"asked by us, {one.url} is well" if succeeded(one) else f"asked by us, {one.url}: {describe(one)}"
        for one in probes
    )
    # What is loaded otherwise than it is meant comes first of all that may be why.
    otherwise, cause = "", expected.job.cause
    if expected.file and running and (differing := expected.otherwise(running)):
        path = f"scrape_configs[{expected.job.name}]."
        told = "; ".join(str(each).removeprefix(path) for each in differing[:_MOST])
        more = f"; and {len(differing) - _MOST} more" if len(differing) > _MOST else ""
        otherwise, cause = f"; it runs with {told}{more}", expected.file.cause(differing[0])
    return [
        Finding(
            expected=f"every scrape target of job {expected.job.name} is up",
            observed=f"{each.url} is down: {each.error}{otherwise}" + (f"; {asked}" if asked else ""),
            hop=_MONITORING,
            cause=cause,
        )
        for each in down
    ]


DOWN = Check(
    id="scrape.target-down",
    severity=Severity.CRITICAL,
    catches="Prometheus cannot scrape what answers others: a wrong address or path in scrape_configs, a "
    "network that it is not in, a time-out that is too short; or a configuration that is not the file's.",
    remedy="Correct the address in scrape_configs; ask for the page from where Prometheus itself runs.",
    source="MT01",
    targets=jobs,
    observes=lambda environment, target: (
        scrape_targets(environment),
        *(probe(environment, page) for page in pages_of(environment, target)),
        *((loaded(environment),) if meant_file(environment) else ()),
    ),
    expects=meant_job,
    requires=lambda environment, target: all_of(
        ((MISSING, target), (NOT_AN_EXPORTER, target)),
        in_its_place(environment, target),
        pages_answer(environment, target),
    ),
    judge=_judge_up,
)

CHECKS: tuple[Check, ...] = (DOWN,)
