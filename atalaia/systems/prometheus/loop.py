"""The loop from requests to figures: what is asked, and what is seen, as data."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.observable import HttpRequest, Observable
from atalaia.exchange.seen import Seen
from atalaia.systems.prometheus.figure import Figure


class Leg(BaseModel):
    """Whoever counts the requests, and where what it counted can be read."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    name: str
    """A service, `gateway`, `load-balancer`."""
    pages: tuple[HttpRequest, ...]
    """Its own pages of metrics."""
    figures: tuple[Figure, ...]
    """What the requests move, summed up over all pages."""
    by: int
    """By how much they move it."""
    job: str = ""
    """The job that scrapes the pages …"""
    query: HttpRequest | None = None
    """… and the question to Prometheus for the same sum; None where no job is known."""


class Recording(BaseModel):
    """A recording rule over what the services count."""

    model_config = ConfigDict(frozen=True)

    name: str
    stamp: HttpRequest
    """Asks for the times of its newest samples."""
    recorded: HttpRequest
    """Asks for what it recorded; `&time=` follows."""
    computed: HttpRequest
    """Asks for what its expression is worth; `&time=` follows."""
    interval: float
    """Seconds between two evaluations."""


class Source(BaseModel):
    """A data source of Grafana."""

    model_config = ConfigDict(frozen=True)

    name: str
    found: HttpRequest
    """Asks Grafana for it by its name."""
    through: HttpRequest
    """Asks it, through Grafana's proxy, what `own` asks; {uid} stands for its uid; `&time=` follows."""
    own: HttpRequest
    """Asks Prometheus itself; `&time=` follows."""


class LegSeen(Seen):
    """What one counted."""

    name: str
    before: tuple[Exchange, ...]
    after: tuple[Exchange, ...]
    told_before: Exchange | None = None
    """What Prometheus told before the requests …"""
    told: Exchange | None = None
    """… and when it had the figure, or two intervals were over. None where its page did not grow."""
    last: tuple[Exchange, ...] = ()
    """The pages after that: Prometheus cannot know of more."""
    waited: float = 0.0
    """Seconds from when the page had the figure until then."""
    interval: float = 0.0
    """Seconds between two scrapes."""
    whole: bool = False
    """Whether the job scrapes as many pages as were read, so that the sums must be equal."""


class RecordingSeen(Seen):
    """What a recording rule recorded, and what its expression is worth, at the time of its newest sample."""

    stamp: Exchange
    recorded: Exchange | None = None
    computed: Exchange | None = None
    waited: float = 0.0


class SourceSeen(Seen):
    """What Prometheus told, before and after, and what Grafana did, of one moment."""

    name: str
    found: Exchange
    own: tuple[Exchange, ...] = ()
    through: Exchange | None = None


class LoopSeen(Seen):
    """All legs, as far as the loop was followed."""

    requests: tuple[Exchange, ...]
    legs: tuple[LegSeen, ...]
    recording: RecordingSeen | None = None
    sources: tuple[SourceSeen, ...] = ()

    def leg(self, name: str) -> LegSeen:
        """The leg of that name. Raises StopIteration."""
        return next(leg for leg in self.legs if leg.name == name)


class LoopMeasurement(Observable):
    """Send requests through the front, and follow them to every figure that must tell of them."""

    sees: ClassVar[type[Seen]] = LoopSeen
    quiet: ClassVar[bool] = True

    requests: tuple[HttpRequest, ...]
    legs: tuple[Leg, ...]
    targets: HttpRequest
    """Asks Prometheus for its scrape targets."""
    settles: float
    """Seconds in which pages stay the same once all earlier requests are counted."""
    within: float
    """Seconds in which everybody counts what was answered."""
    recording: Recording | None = None
    sources: tuple[Source, ...] = ()

    @property
    def clients(self) -> tuple[str, ...]:
        """Those of its requests."""
        return tuple(dict.fromkeys(("", *(request.client for request in self.requests))))
