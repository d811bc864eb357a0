"""The measurement of a limiter, as data: what is asked, and what is seen of it."""

from __future__ import annotations

from typing import ClassVar

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest, Observable
from atalaia.exchange.seen import Seen


class LimiterSeen(Seen):
    """What was seen of a limiter that was used up, in the order in which it was sent."""

    steps: tuple[Exchange, ...] = ()
    """With the bodies of denials only."""
    forged: tuple[Exchange, ...] = ()
    """Sent when it had denied one: as somebody else, by headers that any client can write."""
    tried: tuple[Exchange, ...] = ()
    """The same of an earlier try, whose window ended before it could be told what they showed."""
    again: Exchange | None = None
    """Sent after those, as oneself: a denial shows that the window was still the same."""
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
        return tuple(each for each in self.steps if self.denies(each))

    @property
    def passed(self) -> tuple[Exchange, ...]:
        """The requests that it let pass, whatever they were answered."""
        return tuple(each for each in self.steps if each.response and not self.denies(each))

    @property
    def everything(self) -> tuple[Exchange, ...]:
        """All that was sent."""
        return (*self.steps, *self.tried, *self.forged, *((self.again,) if self.again else ()))

    @property
    def served(self) -> int:
        """Requests that somebody behind the limiter has answered."""
        return sum(
            each.response is not None and not self.denies(each) and each.answered_by is not Hop.GATEWAY
            for each in self.everything
        )

    @property
    def rate(self) -> float:
        """Requests a second, as they were really sent, waits left out; 0 where there were not two."""
        if len(self.steps) < 2:
            return 0.0
        last = self.steps[-1]
        spent = last.sent_at + last.elapsed - self.steps[0].sent_at - self.waited
        return len(self.steps) / spent if spent > 0 else 0.0

    def denies(self, exchange: Exchange) -> bool:
        """Whether this is the limiter's denial."""
        return exchange.response is not None and exchange.response.status == self.status


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
    forged: tuple[HttpRequest, ...] = ()
    """Sent after a denial: the same request in the name of somebody else."""
    at_once: int = 1
    """Requests under way at the same time; one: each is sent when the one before it was answered."""
    stops: bool = True
    """Whether no more than `extra` are sent after the first denial; else all of `most` are."""
    pause: float = 0.0
    """Seconds between two requests, for a limiter that counts after it has answered."""
    aligned: bool = True
    """Whether windows begin with the clock's own minutes and hours, as Kong's do."""
    status: int = 429
    """What the limiter answers when it denies."""
    counter: HttpRequest | None = None
    """The page of the service's own request counter, read before and after."""
    counter_metric: str = ""
    uncounted: tuple[str, ...] = ()
    """Values of the counter's label `route` that are left out: health documents, scrapes."""

    @property
    def clients(self) -> tuple[str, ...]:
        """Those of its requests."""
        return tuple(dict.fromkeys(request.client for request in (*self.requests, *self.forged)))

    @property
    def sends(self) -> tuple[HttpRequest, ...]:
        """Every request that it may send."""
        return (*self.requests, *self.forged, *((self.counter,) if self.counter else ()))
