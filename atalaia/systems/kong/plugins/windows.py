"""Fixed windows of Kong's limiters, aligned to the UTC clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LENGTHS: Mapping[str, int] = {
    "second": 1, "minute": 60, "hour": 3600, "day": 86400, "month": 2592000, "year": 31536000,
}  # fmt: skip
"""Seconds, as Kong counts them: a month has 30 days, a year 365, though their starts are the calendar's."""

_CALENDAR = ("month", "year")


@dataclass(frozen=True, slots=True)
class Window:
    """A limit in a period."""

    period: str
    """second, minute … year."""
    limit: int

    @property
    def length(self) -> int:
        """Seconds."""
        return LENGTHS[self.period]


def windows(config: Mapping[str, Any]) -> tuple[Window, ...]:
    """The windows of a configuration, the shortest first."""
    return tuple(Window(period, int(config[period])) for period in LENGTHS if config.get(period) is not None)


def start(period: str, now: float) -> int:
    """Unix seconds at which the window of this moment began."""
    second = int(now)
    if period in _CALENDAR:
        at = datetime.fromtimestamp(second, UTC).replace(day=1, hour=0, minute=0, second=0)
        return int((at if period == "month" else at.replace(month=1)).timestamp())
    return second - second % LENGTHS[period]


def reset(period: str, now: float) -> int:
    """RateLimit-Reset: seconds until the window ends, at least 1 (a 31-day month's last day included)."""
    length = LENGTHS[period]
    if period in _CALENDAR:
        return max(1, length - (int(now) - start(period, now)))
    return length - int(now) % length
