"""What Prometheus scrapes, and how it went: `GET /api/v1/targets`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from atalaia.environment.secrecy import shown
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.durations import seconds, unix
from atalaia.systems.prometheus.envelope import data
from atalaia.systems.prometheus.exposition.secrets import secret_in

PATH = "/api/v1/targets?state=active"
_REQUEST = re.compile(r'^\w+ "[^"]*": ')
_LATE = 3.0
"""Seconds that a scrape may be late: for a machine that is busy, and the second that a Date is rounded to."""


@dataclass(frozen=True)
class ScrapeTarget:
    """A page that Prometheus scrapes."""

    job: str
    """The `job_name` of its configuration."""
    url: str
    """Its address for people: without credentials and query."""
    exactly: str = field(repr=False)
    """Its whole address, which may hold secrets: only to tell pages apart."""
    address: str
    """host:port, as it is configured."""
    instance: str
    """Its label `instance`."""
    labels: tuple[tuple[str, str], ...]
    """All of its labels, sorted: those of its series, too."""
    health: str
    """`up`, `down`, or `unknown` where it has not been scraped yet."""
    error: str
    """Why the last scrape failed, without what may not be shown; empty where it did not."""
    scraped_at: float | None
    """Unix time at which the last scrape began; None where there was none."""
    duration: float
    """Seconds that it took."""
    interval: float | None
    """Seconds between two scrapes."""

    def late(self, now: float, interval: float | None = None) -> bool:
        """Whether the last scrape is longer ago than two intervals, its own where no other is given."""
        between = interval or self.interval or 0.0
        return bool(between) and (self.scraped_at is None or now - self.scraped_at > 2 * between + _LATE)


@dataclass(frozen=True)
class Targets:
    """Everything that Prometheus scrapes."""

    active: tuple[ScrapeTarget, ...]

    def of(self, job: str) -> tuple[ScrapeTarget, ...]:
        """The scrape targets of a job."""
        return tuple(each for each in self.active if each.job == job)

    def page(self, job: str, address: str) -> tuple[ScrapeTarget, ...]:
        """The scrape targets of a job that can be the page at host:port: the one there, else all of them."""
        return tuple(each for each in self.of(job) if each.address == address) or self.of(job)

    def jobs(self) -> tuple[str, ...]:
        """The jobs that have scrape targets."""
        return tuple(dict.fromkeys(each.job for each in self.active))

    def complete(self, jobs: Iterable[tuple[str, int]]) -> bool:
        """Whether these jobs have so many scrape targets, and all of those were scraped at least once."""
        known = all(len(self.of(job)) >= wanted for job, wanted in jobs)
        return known and all(each.health != "unknown" for each in self.active)


def read_targets(body: bytes) -> Targets | Unreadable:
    """The scrape targets of an answer."""
    found = data(body)
    if isinstance(found, Unreadable):
        return found
    active = found.get("activeTargets") if isinstance(found, dict) else None
    if not isinstance(active, list):
        return Unreadable("an answer without activeTargets")
    try:
        return Targets(tuple(_target(each) for each in active))
    except (KeyError, TypeError, AttributeError, ValueError):
        return Unreadable("activeTargets that are none of Prometheus'")


def _target(given: Any) -> ScrapeTarget:
    return ScrapeTarget(
        job=str(given["scrapePool"]),
        url=shown(str(given["scrapeUrl"]).partition("?")[0]),
        exactly=str(given["scrapeUrl"]),
        address=shown(str(given.get("discoveredLabels", {}).get("__address__", ""))),
        instance=shown(str(given["labels"].get("instance", ""))),
        labels=tuple(sorted((str(name), shown(str(value))) for name, value in given["labels"].items())),
        health=str(given["health"]),
        error=_error(str(given.get("lastError", ""))),
        scraped_at=unix(str(given["lastScrape"])),
        duration=float(given["lastScrapeDuration"]),
        # Before 2.31 the API does not tell the interval.
        interval=seconds(str(given.get("scrapeInterval", ""))),
    )


def _error(said: str) -> str:
    """An error without the address before it (`Get "http://…": connection refused`), and without secrets."""
    text = shown(_REQUEST.sub("", said))
    return f"an error with {what} in it" if (what := secret_in(text)) else text
