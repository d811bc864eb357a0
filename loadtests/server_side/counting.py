"""From answers to figures: differences of counters, percentiles of buckets. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.answers import Vector
from loadtests.server_side.asking import Answers, Moment

Label = str


def grown(answers: Answers, name: str, since: Moment, by: Label = "") -> Mapping[str, float] | str:
    """By how much a counter has grown from that moment to the end, by the values of a label; else why that is
    not known. What was not there at first has grown from nothing: a series begins with its first event.
    """
    then, now = answers.counters[since][name], answers.counters["after"][name]
    for each in (then, now):
        if isinstance(each, Unreadable):
            return str(each)
    assert not isinstance(then, Unreadable), "looked at above"
    assert not isinstance(now, Unreadable), "looked at above"
    if not now:
        return "Prometheus has no such metric"
    if not _there(answers, since):
        return "Prometheus did not scrape it before the load"
    earlier = _by(then, by)
    found = {value: figure - earlier.get(value, 0.0) for value, figure in _by(now, by).items()}
    if any(figure < 0 for figure in found.values()):
        return "it counted anew in the meantime: a server was restarted"
    return found


def _there(answers: Answers, moment: Moment) -> bool:
    scraped = answers.counters[moment]["scraped"]
    return not isinstance(scraped, Unreadable) and any(scraped.values())


def _by(vector: Vector, label: Label) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for labels, value in vector.items():
        key = dict(labels).get(label, "")
        found[key] = found.get(key, 0.0) + value
    return found


def total(answers: Answers, name: str, since: Moment, by: Label = "") -> float | None:
    """The sum of `grown`; None where that is not known."""
    found = grown(answers, name, since, by)
    return None if isinstance(found, str) else sum(found.values())


def quantile(buckets: Mapping[str, float], share: float) -> float | None:
    """The bound that this share (0..1) does not exceed: what buckets really tell. Prometheus'
    histogram_quantile would invent a place within the bucket. None without data, or beyond all bounds.
    """
    edges = sorted((_bound(bound), count) for bound, count in buckets.items())
    if not edges or not math.isinf(edges[-1][0]) or edges[-1][1] <= 0:
        return None
    rank = share * edges[-1][1]
    bound = next(bound for bound, count in edges if count >= rank)
    return None if math.isinf(bound) else bound


def _bound(text: str) -> float:
    return math.inf if text in ("+Inf", "Inf") else float(text)
