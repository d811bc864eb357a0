"""Pages over time and by size: counters only grow, series are few enough, and it does not take long."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median

from atalaia.checks.answers import undecided
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.asking import page_samples
from atalaia.checks.metrics.exposition.form import Whose, whose
from atalaia.checks.metrics.exposition.owner import own_page
from atalaia.checks.metrics.exposition.pages import (
    TOO_LONG,
    hop,
    page_of,
    targets,
    too_long,
    whole_pages,
)
from atalaia.checks.metrics.exposition.present import MISSING
from atalaia.environment import Environment
from atalaia.environment.units import format_duration
from atalaia.exchange.exchange import Exchanges
from atalaia.systems.prometheus.exposition import Page
from atalaia.systems.prometheus.growth import fallen, started_anew
from atalaia.systems.prometheus.vendors import falls_by_design

_NUMBER = re.compile(r"\d+\Z")
_HELD_UP = 0.05
"""Seconds; less is not noticed."""


def _judge_growth(seen: tuple[Exchanges], expected: Whose) -> Verdict:
    pages = whole_pages(seen[0])
    if not isinstance(pages, tuple):
        return pages
    for before, after in pairwise(pages):
        falls = [fall for fall in fallen(before, after) if not falls_by_design(expected.kind, fall.name)]
        if falls and started_anew(before, after):
            return Inconclusive("the server was started anew between two looks at its page")
        if falls:
            more = f"; and {len(falls) - 1} more" if len(falls) > 1 else ""
            return [
                Finding(
                    expected="counters that only grow while their server runs",
                    observed=f"{falls[0]}{more}",
                    hop=expected.hop,
                )
            ]
    return []


COUNTER_FELL = Check(
    id="metrics.counter-fell",
    severity=Severity.MAJOR,
    catches="A counter that goes down: `rate` takes that for a restart, and counts its whole value anew.",
    remedy="Make it a gauge if it can fall; with several worker processes let one collect for all of them.",
    source="MT03; prometheus/docs, content/docs/concepts/metric_types.md",
    targets=targets,
    observes=lambda environment, target: (page_samples(environment, target),),
    expects=whose,
    requires=own_page,
    judge=_judge_growth,
)


@dataclass(frozen=True)
class Budget:
    """How many series a page may have."""

    hop: str
    series: int


def _judge_series(seen: tuple[Exchanges], expected: Budget) -> Verdict:
    (exchanges,) = seen
    response = exchanges.steps[-1].response
    assert response is not None, "metrics.missing has seen it"
    page = page_of(response)
    if len(page.samples) <= expected.series:
        return TOO_LONG if too_long(exchanges) else []
    more = "more than " if too_long(exchanges) else ""
    return [
        Finding(
            expected=f"at most {expected.series} series (metrics.series)",
            observed=f"{more}{len(page.samples)} series; {_largest(page)}",
            hop=expected.hop,
        )
    ]


def _largest(page: Page) -> str:
    """What makes them: the metric with the most series, and its label with the most values; or the names."""
    family = max(page.families.values(), key=lambda each: len(each.samples))
    metrics = sum(bool(each.samples) for each in page.families.values())
    if metrics > len(page.samples) / 2:
        ((stem, alike),) = Counter(_NUMBER.sub("", name) for name in page.families).most_common(1)
        told = f", {alike} of them {stem} and a number" if alike > 1 else ""
        return f"of {metrics} metrics: it is the names that are many{told}"
    values: Counter[str] = Counter()
    for name in {name for sample in family.samples for name, _ in sample.labels} - {"le", "quantile"}:
        values[name] = len({sample.label(name) for sample in family.samples})
    told = f"{family.name} has {len(family.samples)}"
    (label, count), *_ = values.most_common(1) or [("", 0)]
    return f"{told}, with {count} values of {label}" if label else told


TOO_MANY_SERIES = Check(
    id="metrics.too-many-series",
    severity=Severity.MAJOR,
    catches="A cardinality explosion: a label with user ids, whole paths or error texts, or a metric's name "
    "with an id in it, makes a new series of each, until Prometheus runs out of memory.",
    remedy="Take the label that the finding names off the metric, or write the route's pattern instead of "
    "the path. Where it is the names that are many, they are made while the server runs: give the metric "
    "one name, and what differs a label with few values. metrics.series is the budget.",
    source="MT03; prometheus/docs, content/docs/practices/naming.md (labels)",
    targets=targets,
    observes=lambda environment, target: (page_samples(environment, target),),
    expects=lambda environment, target: Budget(hop(environment, target), environment.metrics.series),
    requires=lambda environment, target: ((MISSING, target),),
    judge=_judge_series,
)


@dataclass(frozen=True)
class Limit:
    """How long a page may take."""

    hop: str
    within: timedelta


def _limited(environment: Environment) -> tuple[str, ...] | NotDeclared:
    if environment.prometheus is None or environment.prometheus.scrape_duration is None:
        return NotDeclared("prometheus.scrape_duration")
    return targets(environment)


def _limit(environment: Environment, target: str) -> Limit:
    assert environment.prometheus is not None, "the check's targets have one"
    assert environment.prometheus.scrape_duration is not None, "the check's targets have one"
    return Limit(hop(environment, target), environment.prometheus.scrape_duration)


def _judge_time(seen: tuple[Exchanges], expected: Limit) -> Verdict:
    (exchanges,) = seen
    if reason := undecided(*exchanges.steps) or (TOO_LONG if too_long(exchanges) else None):
        return reason
    middle = median(step.elapsed for step in exchanges.steps)
    if middle <= expected.within.total_seconds():
        return []
    fastest = min(step.elapsed for step in exchanges.steps)
    if exchanges.held_up >= _HELD_UP and fastest - exchanges.held_up <= expected.within.total_seconds():
        held_up = f"this machine held Atalaia itself up for {exchanges.held_up * 1000:.0f} ms"
        return Inconclusive(f"a median of {middle * 1000:.0f} ms was measured while {held_up}")
    return [
        Finding(
            expected=f"the page within {format_duration(expected.within)} (prometheus.scrape_duration)",
            observed=f"a median of {middle * 1000:.0f} ms over {len(exchanges.steps)}",
            hop=expected.hop,
        )
    ]


SLOW = Check(
    id="metrics.slow",
    severity=Severity.MINOR,
    catches="A page that takes long: the server computes when it is scraped, or holds far too much.",
    remedy="Look at how many series it has and at collectors that ask a database; count when things happen, "
    "not when somebody asks.",
    source="MT03; AtendeAI 2.0 monitoring, metrics within 100 ms",
    targets=_limited,
    observes=lambda environment, target: (page_samples(environment, target),),
    expects=_limit,
    requires=lambda environment, target: ((MISSING, target),),
    judge=_judge_time,
)

CHECKS: tuple[Check, ...] = (COUNTER_FELL, TOO_MANY_SERIES, SLOW)
