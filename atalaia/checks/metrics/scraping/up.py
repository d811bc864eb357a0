"""What Prometheus scrapes is up, and scraped as often and as fast as it should (MT01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, succeeded, undecided
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.metrics.exposition.figures import SLOW, TOO_MANY_SERIES
from atalaia.checks.metrics.scraping.jobs import MISSING, NOT_AN_EXPORTER
from atalaia.checks.metrics.scraping.scraped import (
    DeclaredJob,
    answering,
    declared_job,
    jobs,
    looks,
    now,
    pages_of,
    read,
    scrape_targets,
)
from atalaia.checks.observables import bare, hop_of
from atalaia.environment import Environment
from atalaia.environment.metrics_pages import MetricsPage
from atalaia.environment.units import format_duration
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.prometheus.targets import fastest

_MONITORING = Hop.MONITORING.value
_LATE = 3.0
"""Seconds that a scrape may be late: for a machine that is busy, and the second that a Date is rounded to."""


def probe(environment: Environment, page: MetricsPage) -> HttpRequest:
    """The page of metrics, asked for as Prometheus does, by us."""
    return HttpRequest(
        key=f"GET {page.target} {page.path} as prometheus does",
        hop=hop_of(environment, page.target),
        url=bare(page.url),
        target=page.path,
    )


def pages_answer(environment: Environment, job: str) -> Needs:
    """That those answer whom a job is there for: what is down itself is told by other checks."""
    return all_of(*(answering(environment, page) for page in pages_of(environment, job)))


def _judge_up(seen: tuple[Any, ...], expected: DeclaredJob) -> Verdict:
    found = read(seen)
    if isinstance(found, Inconclusive):
        return found
    probes: tuple[Exchange, ...] = seen[1:]
    if reason := undecided(*probes):
        return reason
    asked = "; ".join(
        f"asked by us, {one.url} is well" if succeeded(one) else f"asked by us, {one.url}: {describe(one)}"
        for one in probes
    )
    return [
        Finding(
            expected=f"every scrape target of job {expected.name} is up",
            observed=f"{each.url} is down: {each.error}" + (f"; {asked}" if asked else ""),
            hop=_MONITORING,
            cause=expected.cause,
        )
        for each in found.of(expected.name)
        if each.health == "down"
    ]


DOWN = Check(
    id="scrape.target-down",
    severity=Severity.CRITICAL,
    catches="Prometheus cannot scrape what answers others: a wrong address or path in scrape_configs, a "
    "network that it is not in, a time-out that is too short.",
    remedy="Correct the address in scrape_configs; ask for the page from where Prometheus itself runs.",
    source="MT01",
    targets=jobs,
    observes=lambda environment, target: (
        scrape_targets(environment),
        *(probe(environment, page) for page in pages_of(environment, target)),
    ),
    expects=declared_job,
    requires=lambda environment, target: all_of(
        ((MISSING, target), (NOT_AN_EXPORTER, target)), pages_answer(environment, target)
    ),
    judge=_judge_up,
)


@dataclass(frozen=True)
class Pace:
    """How often and how fast a job is scraped."""

    job: DeclaredJob
    duration: float | None
    """Seconds that a scrape may take, where that is declared."""


def _pace(environment: Environment, target: str) -> Pace:
    limit = environment.prometheus.scrape_duration if environment.prometheus else None
    return Pace(declared_job(environment, target), limit.total_seconds() if limit else None)


def _judge_fresh(seen: tuple[Any, ...], expected: Pace) -> Verdict:
    found = read(seen)
    if isinstance(found, Inconclusive):
        return found
    at, took = now(seen[0].steps[1]), fastest(looks(seen))
    findings = []
    for each in found.of(expected.job.name):
        interval = expected.job.interval or each.interval
        if interval and each.interval and each.interval > 2 * interval:
            findings.append((f"every {_told(interval)}", f"every {_told(each.interval)}", each))
        elif interval and (each.scraped_at is None or at - each.scraped_at > 2 * interval + _LATE):
            age = "never" if each.scraped_at is None else f"{at - each.scraped_at:.0f} s ago"
            findings.append((f"every {_told(interval)}", f"last {age}", each))
        elif expected.duration is not None and took[each.url] > expected.duration:
            findings.append(
                (
                    f"in at most {_told(expected.duration)}",
                    f"in {took[each.url] * 1000:.0f} ms at best, again and again",
                    each,
                )
            )
    return [
        Finding(
            expected=f"job {expected.job.name} is scraped {promise}",
            observed=f"{each.url} is scraped {observed}",
            hop=_MONITORING,
            cause=expected.job.cause,
        )
        for promise, observed, each in findings
    ]


def _fresh_needs(environment: Environment, target: str) -> Needs:
    pages = pages_of(environment, target)
    slow = tuple((check, page.target) for page in pages for check in (TOO_MANY_SERIES, SLOW))
    return all_of(((DOWN, target),), slow)


def _told(seconds: float) -> str:
    return format_duration(timedelta(seconds=seconds))


STALE = Check(
    id="scrape.target-stale",
    severity=Severity.MAJOR,
    catches="Figures that are older than they look: a scrape interval of its own that is too long, a "
    "Prometheus that does not come round, a page that takes too long.",
    remedy="Compare scrape_interval of the job with what alerts need (after five minutes without a sample a "
    "series is gone); look at scrape_duration_seconds.",
    source="MT01; prometheus.io, “Staleness”",
    targets=jobs,
    observes=lambda environment, target: (scrape_targets(environment),),
    expects=_pace,
    requires=_fresh_needs,
    judge=_judge_fresh,
)

CHECKS: tuple[Check, ...] = (DOWN, STALE)
