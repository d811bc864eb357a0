"""What pages and answers tell of a leg of the loop, as numbers."""

from __future__ import annotations

import math

from atalaia.exchange.exchange import Exchange
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.answers import read_value, read_vector
from atalaia.systems.prometheus.loop import Leg, LegSeen, RecordingSeen


def summed(leg: Leg, pages: tuple[Exchange, ...]) -> float:
    """The leg's figure on pages."""
    bodies = [page.response.body for page in pages if page.response]
    return sum(figure.on(body) for body in bodies for figure in leg.figures)


def value_of(answer: Exchange | None) -> float | None:
    """The only value of an answer of Prometheus; None where there is none that can be read."""
    value = read_value(answer.response.body) if answer and answer.response else None
    return None if isinstance(value, Unreadable) else value


def goal_of(leg: Leg, seen: LegSeen) -> float:
    """What Prometheus must tell at least: what the pages told, or as much more than before."""
    grown = (value_of(seen.told_before) or 0.0) + leg.by
    return max(grown, summed(leg, seen.after)) if seen.whole else grown


def most_of(leg: Leg, seen: LegSeen) -> float:
    """What Prometheus can tell at most: what the pages told after it; no limit where it scrapes others."""
    read = all(page.response and not page.failure and page.response.status == 200 for page in seen.last)
    return summed(leg, seen.last) if seen.whole and seen.last and read else math.inf


def newest_of(stamp: Exchange) -> float | None:
    """The time of a rule's newest sample; None where it has none."""
    vector = read_vector(stamp.response.body) if stamp.response else Unreadable("")
    return None if isinstance(vector, Unreadable) else max(vector.values(), default=None)


def follows(seen: RecordingSeen) -> bool:
    """Whether what was recorded is what the expression is worth."""
    if seen.recorded is None or seen.computed is None:
        return False
    recorded, computed = (
        read_vector(each.response.body if each.response else b"") for each in (seen.recorded, seen.computed)
    )
    if isinstance(recorded, Unreadable) or isinstance(computed, Unreadable):
        return False
    return recorded.keys() == computed.keys() and all(
        _alike(value, computed[labels]) for labels, value in recorded.items()
    )


def _alike(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6) or (math.isnan(one) and math.isnan(other))
