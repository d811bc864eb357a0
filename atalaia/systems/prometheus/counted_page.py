"""A page of metrics after something has happened that it counts: what is asked, as data."""

from __future__ import annotations

from typing import ClassVar

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.observable import HttpRequest, Observable
from atalaia.exchange.seen import Seen
from atalaia.systems.kong.request_counter import SECONDS_UNTIL_COUNTED


class CountedPage(Observable):
    """A page, read until it tells of what has happened before it."""

    sees: ClassVar[type[Seen]] = Exchange

    page: HttpRequest
    metrics: tuple[str, ...]
    """Metrics that have a series then."""
    within: float = 4 * SECONDS_UNTIL_COUNTED
    """Seconds at most; several times what it takes, as servers share machines that are busy."""
