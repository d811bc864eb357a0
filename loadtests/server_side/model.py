"""The stack's own side of a load test, as load.json holds it. What was not measured is absent, never 0."""

from __future__ import annotations

from typing import Literal

from loadtests.verdict.model import Told

HopName = Literal["load balancer", "gateway", "services"]
HOPS: tuple[HopName, ...] = ("load balancer", "gateway", "services")
"""From the outermost on."""


class HopSeen(Told):
    """What one hop says of the run."""

    name: HopName
    of: str = ""
    """Which part of it: `frontend public`."""
    requests: float | None = None
    """Requests that it counted, warm-ups among them; None: `absent` says why."""
    absent: str = ""
    mean: float | None = None
    """Seconds that it had a request, all behind it included."""
    p50: float | None = None
    """Seconds that half of the requests did not exceed: the bound of a bucket …"""
    p95: float | None = None
    """… 95 of 100 …"""
    p99: float | None = None
    """… 99 of 100."""


class Share(Told):
    """A part of the mean time of a request."""

    where: str
    """`gateway`, `between gateway and services`."""
    seconds: float


class Reading(Told):
    """A figure of a server or a store during the run."""

    of: str
    """`PostgreSQL`, `node 10.0.0.9:9100`."""
    what: str
    """`connections, most`."""
    value: float
    unit: str = ""
    """Behind the value: `%`, `/s`; empty for a number of things."""
    limit: float | None = None
    """How much there can be; None: none is known."""


class ServerSide(Told):
    """The whole of it."""

    absent: str = ""
    """Why nothing is said: no Prometheus is declared, it did not answer."""
    began: float = 0.0
    """The window, by Prometheus' clock; Unix time."""
    ended: float = 0.0
    interval: float | None = None
    """Seconds between two scrapes: all times are exact to that much."""
    skew: float = 0.0
    """Seconds that Prometheus' clock is ahead of the generator's."""
    sent: int | None = None
    """Requests sent, warm-ups among them; None: a worker was lost."""
    least: int | None = None
    """So many a hop must have seen: all but those that nobody answered."""
    hops: tuple[HopSeen, ...] = ()
    shares: tuple[Share, ...] = ()
    """Of the mean time of a good request: where it was spent; in order of the way."""
    spent: str = ""
    """The hop that spent most of it; empty where that was not measured."""
    readings: tuple[Reading, ...] = ()
    findings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
