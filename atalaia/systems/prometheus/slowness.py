"""Whether scrape targets are slow by themselves: Prometheus remembers how long every scrape took.

A machine that is busy makes scrapes slow at times, and all of them; a page that takes long is slow
always, and alone.
"""

from __future__ import annotations

import math
from statistics import median

from atalaia.systems.prometheus.answers import Vector
from atalaia.systems.prometheus.targets import ScrapeTarget

SCRAPES = 10
"""Fewer say nothing of what is usual."""
_WINDOW = 600.0
"""Seconds; longer where scrapes are so rare that there would be too few."""
_ALONE = 4.0
"""So many times as long as half of the others take: then it is the page, and not Prometheus' machine."""


def least(interval: float) -> str:
    """PromQL for the seconds of each scrape target's fastest scrape of late, where there were enough.

    `scrape_duration_seconds` has the labels of the scrape target (prometheus.io, “Jobs and instances”).
    """
    window = f"[{math.ceil(max(_WINDOW, 1.5 * SCRAPES * interval))}s]"
    enough = f"count_over_time(scrape_duration_seconds{window}) >= {SCRAPES}"
    return f"min_over_time(scrape_duration_seconds{window}) and {enough}"


def usual(vector: Vector, target: ScrapeTarget) -> float:
    """What half of the other scrape targets take at best, in seconds; 0 where there is no other."""
    others = [value for labels, value in vector.items() if labels != target.labels]
    return median(others) if others else 0.0


def slow_alone(vector: Vector, target: ScrapeTarget, limit: float) -> bool | None:
    """Whether a scrape target takes longer than the limit even at best, and longer than others do.

    None where that is not known: too few scrapes, or all of them take long.
    """
    best = vector.get(target.labels)
    if best is None:
        return None
    if best <= limit:
        return False
    return True if best > _ALONE * usual(vector, target) else None
