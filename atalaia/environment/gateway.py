"""The API gateway: its nodes, routes, route classes and policies."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from atalaia.environment.base import Count, HttpPath, HttpUrl, Name, NamedFile, Section, Text
from atalaia.environment.frozen import empty
from atalaia.environment.quantities import Percentage, PositiveDuration
from atalaia.environment.tables import Json, Table

_CREDENTIAL = re.compile(r"authorization|cookie|credential|passw|secret|token|api-?_?key", re.IGNORECASE)

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
    """The product."""
    nodes: Annotated[tuple[GatewayNode, ...], Field(min_length=1)]
    """Every process of it: a setting of one node may differ from the others'."""
    declarative: NamedFile | None = None
    """The gateway's own declarative file, relative to the environment file."""
    manager: HttpUrl | None = None
    """Kong Manager (8002), where it is on."""
    version: Text | None = None
    """Its version, `3.4`, where its Admin API may not be asked; rules that differ by version follow it."""
    upstream_timeout: PositiveDuration | None = None
    """No service entity waits longer than this to connect, to write or to read."""
    correlation_header: Text | None = None
    """Header with the id of a request, given by the gateway, passed on and told back: X-Request-ID."""
    dead_upstream: HttpPath | None = None
    """A route whose upstream is dead on purpose: what the gateway answers then is seen without harm."""
    echo: HttpPath | None = None
    """A route whose service answers with the request that it saw, as JSON:
    `{"method": …, "target": …, "headers": [[name, value], …], "client": …}`."""


class RouteLimit(Section):
    """How many requests a client may send in each window."""

    second: Count | None = None
    """Requests a second."""
    minute: Count | None = None
    """Requests a minute."""
    hour: Count | None = None
    """Requests an hour."""
    day: Count | None = None
    """Requests a day."""
    month: Count | None = None
    """Requests a month; told by headers, as are all windows longer than a minute."""
    year: Count | None = None
    """Requests a year."""
    by: Literal["address", "consumer", "credential", "header", "service", "path"] = "address"
    """Whom a budget belongs to: each client address, consumer, credential, value of `header` …"""
    header: Text | None = None
    """The header that names the client, with `by: header`."""
    shared: bool = True
    """Whether all nodes of the gateway count together; else each allows the limit by itself."""
    overshoot: Percentage = 0.0
    """Part of the limit that may pass beyond it when requests come at the same time."""
    store_failure: Literal["open", "closed"] | None = None
    """What the limiter does without its store: `open` lets everything pass, `closed` answers 500."""

    @model_validator(mode="after")
    def _windows_make_sense(self) -> Self:
        if not self.windows:
            raise ValueError("a limit without a window; second, minute, hour, day, month or year")
        limits = [limit for _, limit in self.windows]
        if limits != sorted(limits):
            raise ValueError("a longer window allows fewer requests than a shorter one; at least as many")
        if (self.by == "header") != (self.header is not None):
            raise ValueError("`by: header` and `header` go together")
        return self

    @property
    def windows(self) -> tuple[tuple[float, int], ...]:
        """(window in seconds, requests) for every declared window, the shortest first."""
        named = (
            (1.0, self.second), (60.0, self.minute), (3600.0, self.hour), (86400.0, self.day),
            (2592000.0, self.month), (31536000.0, self.year),
        )  # fmt: skip
        return tuple((seconds, limit) for seconds, limit in named if limit is not None)


class RouteClass(Section):
    """What the routes of a class have in common."""

    limit: RouteLimit | None = None
    """What the gateway's limiter lets one client send."""
    cors: Name | None = None
    """Name of a policy under `cors`."""
    headers: Name | None = None
    """Security-header profile: `api`, `html`, `admin`, or a name under `header_profiles`."""
    authentication: Name | None = None
    """Name of a scheme under `authentication`."""


class SampleRequest(Section):
    """A request that exercises a route."""

    method: Method = "GET"
    """Its method; outside the sandbox others than GET, HEAD and OPTIONS are sent only if `harmless`."""
    path: HttpPath | None = None
    """Its path and query, where the route's own path is not enough."""
    headers: Table[str, str] = Field(default_factory=empty)
    """Its headers; credentials belong in variables."""
    json_body: Annotated[Json, Field(alias="json")] = None
    """Its body, sent as JSON; credentials belong in variables."""
    harmless: bool = False
    """The owner says that sending it changes nothing: it may be sent outside the sandbox."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values under names that tell of credentials; variables' values are known to the loader."""
        return (*named_like_secrets(dict(self.headers)), *named_like_secrets(self.json_body))


def named_like_secrets(value: object, *, secret: bool = False) -> Iterator[str]:
    """Texts of a document that stand under names that tell of credentials."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from named_like_secrets(item, secret=secret or bool(_CREDENTIAL.search(str(name))))
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from named_like_secrets(item, secret=secret)
    elif secret and isinstance(value, str):
        yield value
        # A scheme's name, as in `Bearer …`, is no secret; what follows it is.
        yield value.partition(" ")[2].strip()


class Route(Section):
    """A path that the gateway serves."""

    path: HttpPath
    """What the paths of its requests start with."""
    service: Name
    """The service that answers: a name under `services`."""
    methods: tuple[Method, ...] = ()
    """Empty: any method."""
    route_class: Annotated[Name | None, Field(alias="class")] = None
    """A name under `route_classes`."""
    upstream_path: HttpPath | None = None
    """The path that the service must see of the sample request; default: the one that was sent."""
    preserve_host: bool = False
    """Whether the service sees the client's Host header instead of its own address."""
    sample: SampleRequest | None = None
    """A request that exercises it."""


class CorsPolicy(Section):
    """Which origins may read the answers."""

    origins: tuple[Text, ...]
    """Origins that may: scheme, host and port; `*` is any."""
    credentials: bool = False
    """Whether they may with the user's cookies."""
    methods: tuple[Method, ...] = ("GET", "HEAD", "POST")
    """Methods that they may use."""
    headers: tuple[Text, ...] = ()
    """Request headers that they may send."""
    exposed_headers: tuple[Text, ...] = ()
    """Response headers that they may read."""
    max_age: PositiveDuration | None = None
    """How long a browser may keep the answer to a preflight."""
