"""Samples that bring a time of their own: what is too old is dropped, and what is old no query sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.metrics.asking import page_samples
from atalaia.checks.metrics.exposition.owner import own_page
from atalaia.checks.metrics.exposition.pages import hop, shortened, targets, whole_pages
from atalaia.environment import Environment
from atalaia.environment.metrics_pages import metrics_pages
from atalaia.environment.remembered import per_environment
from atalaia.exchange.exchange import Exchanges
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.configuration import read_configuration
from atalaia.systems.prometheus.exposition import Page, Sample
from atalaia.systems.prometheus.exposition.values import told

OLD = 300.0
"""Seconds: how far a query looks back (prometheus 2.42, cmd/prometheus/main.go, query.lookback-delta)."""
DROPPED = 3600.0
"""Seconds: half of what the head holds, and older samples are not appended (tsdb/head_append.go)."""
AHEAD = 600.0
"""Seconds: a scrape takes no samples that are further ahead (scrape/scrape.go, maxAheadTime)."""


@dataclass(frozen=True)
class Clocked:
    """Whether the times that a page gives its samples are taken."""

    hop: str
    honored: bool


def _clocked(environment: Environment, target: str) -> Clocked:
    page = metrics_pages(environment)[target]
    ignoring = f"{page.url.host}:{page.url.port}" in _ignoring(environment)
    return Clocked(hop(environment, target), not ignoring)


@per_environment
def _ignoring(environment: Environment) -> frozenset[str]:
    """The addresses that a declared job scrapes with honor_timestamps: false."""
    file = environment.monitoring_files.prometheus
    configuration = read_configuration(file.text) if file else {}
    if isinstance(configuration, Unreadable):
        return frozenset()
    jobs = configuration.get("scrape_configs")
    return frozenset(
        str(address)
        for job in (jobs if isinstance(jobs, list) else ())
        if isinstance(job, Mapping) and job.get("honor_timestamps") is False
        for group in job.get("static_configs") or ()
        if isinstance(group, Mapping)
        for address in group.get("targets") or ()
    )


def _judge(seen: tuple[Exchanges], expected: Clocked) -> Verdict:
    (exchanges,) = seen
    pages = whole_pages(exchanges)
    if isinstance(pages, Inconclusive) or not expected.honored:
        return [] if isinstance(pages, tuple) else pages
    # Asked for before it was made: that it took long makes no sample older.
    observed = [*_wrong(pages[-1], exchanges.steps[-1].sent_at)]
    promise = "samples without a time, or with one of the last 5 minutes"
    return shortened([Finding(expected=promise, observed=what, hop=expected.hop) for what in observed])


def _wrong(page: Page, asked_at: float) -> Iterator[str]:
    """The first such sample of each metric."""
    for family in page.families.values():
        wrong = ((sample, what) for sample in family.samples if (what := _why(sample, asked_at)))
        if found := next(wrong, None):
            sample, what = found
            yield f"line {sample.line}: {told(sample)} {what}"


def _why(sample: Sample, asked_at: float) -> str:
    """What becomes of a sample; empty where it is stored, and found."""
    if sample.at is None:
        return ""
    age = asked_at - sample.at
    if age > DROPPED:
        return f"has a time {_span(age)} ago: Prometheus drops it"
    if age > OLD:
        return f"has a time {_span(age)} ago: no query for now sees it"
    if age < -AHEAD:
        return f"has a time {_span(-age)} ahead: Prometheus drops it"
    return ""


def _span(seconds: float) -> str:
    """Rounded to what can be read: `8 min`, `3 h`, `20777 days`."""
    size, unit = next(each for each in ((86400, "days"), (3600, "h"), (60, "min")) if seconds >= each[0])
    return f"{seconds // size:.7g} {unit}"


WRONG_TIMESTAMP = Check(
    id="metrics.wrong-timestamp",
    severity=Severity.MAJOR,
    catches="A sample with a time of its own that is old, or in the future: Prometheus drops it and says so "
    "in its log only, or stores it where no alert looks; its target is up all the same.",
    remedy="Leave the time off, so that it is the scrape's: what is copied from elsewhere, or computed once, "
    "is as old as its time. Milliseconds in text/plain, seconds in OpenMetrics. Or set honor_timestamps: "
    "false for the job, which hides that the figure stands still.",
    source="MT03; prometheus 2.42, scrape/scrape.go (timeLimitAppender), tsdb/head_append.go",
    targets=targets,
    observes=lambda environment, target: (page_samples(environment, target),),
    expects=_clocked,
    requires=own_page,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (WRONG_TIMESTAMP,)
