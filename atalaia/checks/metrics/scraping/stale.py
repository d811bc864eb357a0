"""What is scraped is scraped as often and as fast as it should be (MT01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.metrics.exposition.figures import SLOW, TOO_MANY_SERIES
from atalaia.checks.metrics.scraping.scraped import (
    DeclaredJob,
    declared_job,
    jobs,
    least,
    pages_of,
    read,
    scrape_targets,
)
from atalaia.checks.metrics.scraping.up import DOWN
from atalaia.environment import Environment
from atalaia.environment.units import format_duration
from atalaia.exchange.hop import Hop
from atalaia.systems.prometheus.answers import Vector
from atalaia.systems.prometheus.clock import answered_at
from atalaia.systems.prometheus.slowness import SCRAPES, slow_alone, usual
from atalaia.systems.prometheus.targets import ScrapeTarget

_MONITORING = Hop.MONITORING.value


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
    at, best = answered_at(seen[0].steps[1]), least(seen)
    findings: list[Finding] = []
    doubtful: list[str] = []
    for each in found.of(expected.job.name):
        if broken := _rarely(each, expected.job.interval, at):
            findings.append(_not_kept(expected.job, each, *broken))
        elif expected.duration is not None and each.duration > expected.duration:
            alone = slow_alone(best, each, expected.duration) if best is not None else None
            if alone and best is not None:
                promise = f"in at most {_told(expected.duration)}"
                findings.append(_not_kept(expected.job, each, promise, _slowly(best, each)))
            elif alone is None:
                doubtful.append(_undecided(best, each))
    return findings or (Inconclusive("; ".join(doubtful)) if doubtful else [])


def _rarely(each: ScrapeTarget, declared: float | None, at: float) -> tuple[str, str] | None:
    """How often it should be scraped, and how often it is, where these differ."""
    interval = declared or each.interval
    if interval and each.interval and each.interval > 2 * interval:
        return f"every {_told(interval)}", f"every {_told(each.interval)}"
    if interval and each.late(at, interval):
        age = "never" if each.scraped_at is None else f"{at - each.scraped_at:.0f} s ago"
        return f"every {_told(interval)}", f"last {age}"
    return None


def _not_kept(job: DeclaredJob, each: ScrapeTarget, promise: str, observed: str) -> Finding:
    return Finding(
        expected=f"job {job.name} is scraped {promise}",
        observed=f"{each.url} is scraped {observed}",
        hop=_MONITORING,
        cause=job.cause,
    )


def _slowly(best: Vector, each: ScrapeTarget) -> str:
    told = f"in {_ms(best[each.labels])} at best of late"
    others = usual(best, each)
    return f"{told}, half of the others in {_ms(others)}" if others else told


def _undecided(best: Vector | None, each: ScrapeTarget) -> str:
    """Why a slow scrape says nothing of the page."""
    once = f"{each.url} was scraped in {_ms(each.duration)} once"
    if best is None:
        return f"{once}, and Prometheus does not tell its scrape_duration_seconds"
    if each.labels not in best:
        return f"{once}, and Prometheus knows of fewer than {SCRAPES} scrapes"
    return f"{each.url} is scraped {_slowly(best, each)}: it is Prometheus that is slow, or the way to all"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


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
    "series is gone); look at scrape_duration_seconds, which is Prometheus' own measure.",
    source="MT01; prometheus.io, “Staleness”",
    targets=jobs,
    observes=lambda environment, target: (scrape_targets(environment),),
    expects=_pace,
    requires=_fresh_needs,
    judge=_judge_fresh,
)

CHECKS: tuple[Check, ...] = (STALE,)
