"""Requests that counters must tell of: what is asked, as data."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.exchange.observable import HttpSequence
from atalaia.systems.kong.request_counter import counted_by_kong
from atalaia.systems.limiter.counter import counted


@dataclass(frozen=True)
class Counter:
    """A counter of requests on a page of metrics: a service's own, or Kong's of a route."""

    metric: str = ""
    """The service's own; empty: Kong's."""
    uncounted: tuple[str, ...] = ()
    """Values of its label `route` that are left out."""
    service: str = ""
    route: str = ""
    """Kong's names of the entities."""

    def read(self, text: str) -> int | None:
        """What it says on a page of metrics; None where it is not there."""
        if self.metric:
            return counted(text, self.metric, self.uncounted)
        return counted_by_kong(text, self.service, self.route)


class CountedSequence(HttpSequence):
    """Pages of metrics, some requests, and the same pages again once the first tells of the requests.

    A service counts a request after it has answered, and Kong's workers hand their counts over every
    second: the first page is read again and again until it tells of all, or `within` has passed.
    """

    pages: int
    """How many of the steps are pages before the requests, and as many after them."""
    grows: tuple[tuple[Counter, int], ...]
    """Counters of the first page, and by how much each must grow."""
    settles: float
    """Seconds in which the first page stays the same once all earlier requests are counted."""
    within: float
    """Seconds."""
    lingers: float = 0.0
    """Seconds until the other pages are read, once the first has told of all: for what is counted later."""
