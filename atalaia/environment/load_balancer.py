"""The load balancer in front of the gateway."""

from typing import Literal

from pydantic import Field

from atalaia.environment.base import Count, HttpPath, HttpsUrl, HttpUrl, Secret, Section, Text
from atalaia.environment.frozen import empty
from atalaia.environment.quantities import PositiveDuration
from atalaia.environment.tables import Table


class Stats(Section):
    """The statistics page."""

    url: HttpUrl
    """Its whole address: http://host:8404/stats."""
    username: Text | None = None
    """Who may read it."""
    password: Secret | None = None
    """Their password: a variable, `${HAPROXY_STATS_PASSWORD}`."""


class FrontLimit(Section):
    """Requests that one client address may send in any window of this length."""

    requests: Count
    """So many requests …"""
    window: PositiveDuration
    """… in any stretch of time this long."""


class Backend(Section):
    """A group of servers, as the load balancer's own configuration names it."""

    servers: tuple[Text, ...]
    """Its servers' names. One that is named as a gateway node or a service is that one."""
    paths: tuple[HttpPath, ...] = ()
    """Paths of the public front that lead to it."""
    balance: Literal["roundrobin", "leastconn", "source"] | None = None
    """How requests are spread; checked live only for roundrobin."""


class LoadBalancer(Section):
    """The load balancer."""

    kind: Literal["haproxy"] = "haproxy"
    """The product."""
    url: HttpUrl
    """The public front."""
    tls_url: HttpsUrl | None = None
    """The public front over TLS."""
    stats: Stats | None = None
    """Its statistics page."""
    limit: FrontLimit | None = None
    """What its limiter lets one client address send."""
    dead_upstream: HttpPath | None = None
    """A path of the front that leads to a backend without a live server, so that its own 503 can be seen."""
    backends: Table[Text, Backend] = Field(default_factory=empty)
    """Its backends, by the names in its own configuration."""
    private_paths: tuple[HttpPath, ...] = ()
    """Further paths of the front on which no administration may answer."""
