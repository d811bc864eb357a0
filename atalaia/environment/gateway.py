"""The API gateway: its nodes, routes, route classes and policies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from atalaia.environment.base import Count, HttpPath, HttpUrl, Name, Section

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"]


class GatewayNode(Section):
    """One process of the gateway."""

    name: Name | None = None
    """Defaults to `<kind>-<position>`: kong-1, kong-2 …"""
    proxy: HttpUrl
    """The listener that serves clients."""
    admin: HttpUrl
    """The Admin API, for those who look after the gateway."""
    status: HttpUrl | None = None
    """The Status API; Kong's is off by default."""


class Gateway(Section):
    """The API gateway."""

    kind: Literal["kong"] = "kong"
    nodes: Annotated[tuple[GatewayNode, ...], Field(min_length=1)]
    declarative: Path | None = None
    """The gateway's own declarative file, relative to the environment file."""
    manager: HttpUrl | None = None
    """Kong Manager (8002), where it is on."""


class RouteLimit(Section):
    """How many requests a client may send in each window."""

    second: Count | None = None
    minute: Count | None = None
    hour: Count | None = None
    day: Count | None = None

    @property
    def windows(self) -> tuple[tuple[float, int], ...]:
        """(window in seconds, requests) for every declared window, the shortest first."""
        named = ((1.0, self.second), (60.0, self.minute), (3600.0, self.hour), (86400.0, self.day))
        return tuple((seconds, limit) for seconds, limit in named if limit is not None)


class RouteClass(Section):
    """What the routes of a class have in common."""

    limit: RouteLimit | None = None
    cors: Name | None = None
    """Name of a policy under `cors`."""
    headers: Name | None = None
    """Security-header profile."""
    authentication: Name | None = None
    """Name of a scheme under `authentication`."""


class SampleRequest(Section):
    """A request that exercises a route."""

    method: Method = "GET"
    path: HttpPath | None = None
    headers: dict[str, str] = {}
    json_body: Annotated[Any, Field(alias="json")] = None
    harmless: bool = False
    """The owner says that sending it changes nothing: it may be sent outside the sandbox."""


class Route(Section):
    """A path that the gateway serves."""

    path: HttpPath
    service: Name
    methods: tuple[Method, ...] = ()
    """Empty: any method."""
    route_class: Annotated[Name | None, Field(alias="class")] = None
    sample: SampleRequest | None = None


class CorsPolicy(Section):
    """Which origins may read the answers."""

    origins: tuple[str, ...]
    credentials: bool = False
    methods: tuple[Method, ...] = ("GET", "HEAD", "POST")
    headers: tuple[str, ...] = ()
    exposed_headers: tuple[str, ...] = ()
