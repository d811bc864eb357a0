"""What a limiter tells in the headers of an answer: RateLimit-*, X-RateLimit-*, Retry-After."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.response import Response

PERIODS: Mapping[float, str] = {1.0: "Second", 60.0: "Minute", 3600.0: "Hour", 86400.0: "Day",
    2592000.0: "Month", 31536000.0: "Year"}  # fmt: skip
"""Seconds of a window → its name in X-RateLimit-Limit-Minute."""
_NUMBER = re.compile(r"\d{1,12}")


@dataclass(frozen=True)
class Told:
    """The figures of one answer; None where a header is missing or no whole number."""

    limit: int | None = None
    """RateLimit-Limit: that of the window with the least left, as the next two."""
    remaining: int | None = None
    reset: int | None = None
    """Seconds."""
    retry_after: int | None = None
    """Seconds; a date in its place is None."""
    limits: Mapping[float, int] = field(default_factory=dict)
    """Seconds of a window → what it allows."""
    left: Mapping[float, int] = field(default_factory=dict)
    """Seconds of a window → what is left in it."""

    @property
    def anything(self) -> bool:
        """Whether a limiter said anything about itself."""
        return any(value is not None for value in (self.limit, self.remaining, self.reset)) or bool(
            self.limits
        )

    def left_in(self, window: float, limit: int) -> int | None:
        """What is left in the window of so many seconds that allows so many requests."""
        if window in self.left:
            return self.left[window]
        return self.remaining if self.limit == limit else None


def told(answer: Exchange | Response | None) -> Told:
    """What the limiter said in an answer; nothing where there is none."""
    response = answer.response if isinstance(answer, Exchange) else answer
    if response is None:
        return Told()
    return Told(
        limit=_number(response, "RateLimit-Limit"),
        remaining=_number(response, "RateLimit-Remaining"),
        reset=_number(response, "RateLimit-Reset"),
        retry_after=_number(response, "Retry-After"),
        limits=_by_window(response, "X-RateLimit-Limit"),
        left=_by_window(response, "X-RateLimit-Remaining"),
    )


def _by_window(response: Response, name: str) -> dict[float, int]:
    found = {window: _number(response, f"{name}-{period}") for window, period in PERIODS.items()}
    return {window: value for window, value in found.items() if value is not None}


def _number(response: Response, name: str) -> int | None:
    value = (response.header(name) or "").strip()
    return int(value) if _NUMBER.fullmatch(value) else None
