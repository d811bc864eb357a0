"""The measurement of a limiter, as data: what is asked, and what is seen of it."""

from __future__ import annotations

from typing import ClassVar

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Seen
from atalaia.exchange.observable import HttpRequest, Observable


class LimiterSeen(Seen):
    """What was seen of a limiter that was used up, in the order in which it was sent."""

    steps: tuple[Exchange, ...] = ()
    waited: float = 0.0
    """Seconds spent waiting for a window to begin."""
    reached_before: int | None = None
    """Requests that the service had counted before the measurement, where it tells …"""
    reached_after: int | None = None
    """… and after it."""
    status: int = 429
    """What the limiter answers when it denies."""

    @property
    def denied(self) -> tuple[Exchange, ...]:
        """The requests that the limiter denied."""
        return tuple(each for each in self.steps if each.response and each.response.status == self.status)

    @property
    def passed(self) -> tuple[Exchange, ...]:
        """The requests that it let pass, whatever they were answered."""
        return tuple(each for each in self.steps if each.response and each.response.status != self.status)


class LimiterMeasurement(Observable):
    """Send requests within one window until the limiter denies one, and a few more."""

    sees: ClassVar[type[Seen]] = LimiterSeen
    quiet: ClassVar[bool] = True

    requests: tuple[HttpRequest, ...]
    """Sent in turn, from the first again after the last: through one node or several, with one Origin
    or several."""
    limit: int
    """Requests that the window allows by intent."""
    window: float
    """Seconds."""
    extra: int = 1
    """Requests to send after the first that was denied."""
    most: int
    """Requests to send at most, denied or not."""
    counter: HttpRequest | None = None
    """The page of the service's own request counter, read before and after."""
    counter_metric: str = ""

    @property
    def clients(self) -> tuple[str, ...]:
        """Those of its requests."""
        return tuple(dict.fromkeys(request.client for request in self.requests))
