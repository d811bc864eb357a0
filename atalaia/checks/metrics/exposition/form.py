"""What parsers let pass and nobody means: order, duplicates, histograms, impossible values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from atalaia.checks.check import Check, Severity, Verdict
from atalaia.checks.metrics.asking import page_samples
from atalaia.checks.metrics.exposition.owner import own_page
from atalaia.checks.metrics.exposition.pages import hop, lasting, targets, told, whole_pages
from atalaia.environment import Environment
from atalaia.environment.metrics import PageKind
from atalaia.environment.metrics_pages import metrics_pages
from atalaia.exchange.exchange import Exchanges
from atalaia.systems.prometheus.exposition import FlawKind
from atalaia.systems.prometheus.vendors import odd_by_design


@dataclass(frozen=True)
class Whose:
    """Whose page is judged."""

    hop: str
    kind: PageKind


def whose(environment: Environment, target: str) -> Whose:
    """Whose page it is, and where."""
    return Whose(hop(environment, target), metrics_pages(environment)[target].kind)


Promises = Mapping[FlawKind, str]
"""Kind of flaws → what a page without them has."""


def _judge(promises: Promises) -> Callable[[tuple[Exchanges], Whose], Verdict]:
    """A judge of some kinds of flaws."""

    def judge(seen: tuple[Exchanges], expected: Whose) -> Verdict:
        pages = whole_pages(seen[0])
        if not isinstance(pages, tuple):
            return pages
        findings = []
        for kind, promise in promises.items():
            flaws = tuple(
                flaw
                for flaw in lasting(pages, pages[0].flaws_of(kind))
                if not odd_by_design(expected.kind, kind, flaw.metric)
            )
            findings += told(flaws, promise, expected.hop)
        return findings

    return judge


def _check(id_: str, promises: Promises, catches: str, remedy: str, source: str, severity: Severity) -> Check:
    return Check(
        id=id_,
        severity=severity,
        catches=catches,
        remedy=remedy,
        source=f"MT03; {source}",
        targets=targets,
        observes=lambda environment, target: (page_samples(environment, target),),
        expects=whose,
        requires=own_page,
        judge=_judge(promises),
    )


_FORMAT = "prometheus/docs, content/docs/instrumenting/exposition_formats.md"

MALFORMED = _check(
    "metrics.malformed",
    {
        FlawKind.MALFORMED: "every metric in one group with one HELP and one TYPE before its samples, and LF "
        "at the end",
        FlawKind.ODD_SIGNS: "lines without NUL or CR, and labels with commas in between whose values escape "
        '\\, " and LF, and nothing else',
    },
    "A page that Prometheus takes and other parsers refuse or read otherwise: a second TYPE, a TYPE after "
    "the samples (which are untyped then), the lines of a metric scattered, no LF at the end; a NUL byte, "
    "after which nothing is read, or an escape that does not exist.",
    "Write each metric once, from one registry: such pages come of joining the pages of several registries. "
    "Odd signs come of values that are written as they are: let a client library write them.",
    _FORMAT,
    Severity.MINOR,
)
DUPLICATE_SERIES = _check(
    "metrics.duplicate-series",
    {FlawKind.DUPLICATE: "every series once"},
    "A series that is on the page twice: Prometheus keeps one of the values and drops the other.",
    "Register each metric once; give what two instances tell a label that tells them apart.",
    _FORMAT,
    Severity.MAJOR,
)
BROKEN_HISTOGRAM = _check(
    "metrics.broken-histogram",
    {FlawKind.HISTOGRAM: 'cumulative buckets up to le="+Inf", which is as much as _count, and a _sum'},
    'A histogram that no quantile can be read of: buckets that decrease, no le="+Inf", a _count that is '
    'another than the last bucket, one bucket twice (le="1" and le="1.0").',
    "Let the client library keep the histogram; do not add up or filter its buckets by hand.",
    _FORMAT,
    Severity.MAJOR,
)
IMPOSSIBLE_VALUE = _check(
    "metrics.impossible-value",
    {FlawKind.VALUE: "counters that are numbers from 0 up"},
    "A counter that is negative, or not a number: rates over it are wrong or nothing.",
    "Make it a gauge if it can fall; leave a series out as long as there is no value.",
    _FORMAT,
    Severity.MAJOR,
)

CHECKS: tuple[Check, ...] = (MALFORMED, DUPLICATE_SERIES, BROKEN_HISTOGRAM, IMPOSSIBLE_VALUE)
