"""The load balancer in front of the gateway."""

from __future__ import annotations

from typing import Literal

from pydantic import SecretStr

from atalaia.environment.base import Count, HttpPath, HttpUrl, Section
from atalaia.environment.units import Duration


class Stats(Section):
    """The statistics page."""

    url: HttpUrl
    username: str | None = None
    password: SecretStr | None = None


class FrontLimit(Section):
    """Requests that one client address may send in any window of this length."""

    requests: Count
    window: Duration


class Backend(Section):
    """A group of servers, as the load balancer's own configuration names it."""

    servers: tuple[str, ...]
    """Its servers' names. One that is named as a gateway node or a service is that one."""
    paths: tuple[HttpPath, ...] = ()
    """Paths of the public front that lead to it."""
    balance: Literal["roundrobin", "leastconn", "source"] | None = None
    """How requests are spread; checked live only for roundrobin."""


class LoadBalancer(Section):
    """The load balancer."""

    kind: Literal["haproxy"] = "haproxy"
    url: HttpUrl
    """The public front."""
    tls_url: HttpUrl | None = None
    """The public front over TLS."""
    stats: Stats | None = None
    limit: FrontLimit | None = None
    backends: dict[str, Backend] = {}
    private_paths: tuple[HttpPath, ...] = ()
    """Further paths of the front on which no administration may answer."""
