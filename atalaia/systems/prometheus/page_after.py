"""A page of metrics after something has happened that it counts."""

from __future__ import annotations

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Seen
from atalaia.exchange.observable import HttpRequest

SYNC = 1.5
"""Seconds: Kong's workers write what they have counted to its page once a second (nginx-lua-prometheus,
DEFAULT_SYNC_INTERVAL)."""


class PageAfter(HttpRequest):
    """A page, once the request before it has been counted."""

    def due(self, earlier: Seen) -> float:
        """When all workers have written what they counted."""
        return earlier.sent_at + earlier.elapsed + SYNC if isinstance(earlier, Exchange) else 0.0
