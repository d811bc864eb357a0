"""A request that is due when a limiter must let it pass again."""

from __future__ import annotations

from atalaia.exchange.observable import HttpRequest
from atalaia.exchange.seen import Seen
from atalaia.systems.haproxy.rate import allowed_again
from atalaia.systems.limiter.model import LimiterSeen
from atalaia.systems.limiter.told import told

_MARGIN = 0.1
"""Seconds: Retry-After is in whole ones, rounded up."""


class LimiterRecovery(HttpRequest):
    """One request when the limiter that a measurement has used up must let it pass again."""

    limit: int
    """Requests that the window allows by intent."""
    window: float
    """Seconds."""
    sliding: bool = False
    """Whether the limiter is HAProxy's, whose periods begin with a client's first request."""

    def due(self, earlier: Seen) -> float:
        """When the last denial's Retry-After has passed, but at most a window later."""
        if not isinstance(earlier, LimiterSeen) or not earlier.denied:
            return 0.0
        if self.sliding:
            counted = len(earlier.everything)
            return allowed_again(earlier.steps[0].sent_at, counted, self.limit, self.window)
        last = max(
            (
                each
                for each in (*earlier.denied, *earlier.forged, earlier.again)
                if each and earlier.denies(each)
            ),
            key=lambda each: each.sent_at,
        )
        wait = told(last).retry_after
        return last.sent_at + last.elapsed + min(self.window, wait or self.window) + _MARGIN
