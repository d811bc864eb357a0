"""The probe runner: when it probes, from where, and what beside what the environment declares anyway."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from atalaia.environment.base import (
    Count,
    Host,
    HttpPath,
    HttpUrl,
    IpAddress,
    Name,
    Port,
    Secret,
    Section,
    Text,
)
from atalaia.environment.frozen import empty
from atalaia.environment.gateway import Method, named_like_secrets
from atalaia.environment.quantities import PositiveDuration
from atalaia.environment.tables import Table

ProbeKind = Literal["http", "tcp", "tls", "dns", "postgres", "redis", "journey", "catalogue"]


class Expect(Section):
    """What an answer over HTTP must be like."""

    status: tuple[Annotated[int, Field(ge=100, le=599)], ...] = ()
    """Statuses that are right; empty: any of 2xx."""
    headers: Table[Text, Text] = Field(default_factory=empty)
    """Header → regular expression that one of its values matches."""
    body: Text | None = None
    """Regular expression that the body matches somewhere."""
    json_values: Annotated[Table[Text, JsonValue], Field(alias="json")] = Field(default_factory=empty)
    """JSON pointer (RFC 6901) → the value there."""
    latency: PositiveDuration | None = None
    """The whole answer takes at most this long."""
    certificate: PositiveDuration | None = None
    """The certificate is good for at least this long."""


class Step(Section):
    """One request of a journey."""

    name: Name
    """What reports call it."""
    method: Method = "GET"
    """Its method; writing ones are sent in the sandbox only, or where `harmless`."""
    path: HttpPath
    """Path and query; `{name}` stands for what an earlier step saved."""
    headers: Table[Text, Text] = Field(default_factory=empty)
    """Its headers; `{name}` as in the path."""
    json_body: Annotated[JsonValue, Field(alias="json")] = None
    """Its body; `{name}` as in the path, in any text of it."""
    expect: Expect = Expect.model_construct()
    """What its answer must be like."""
    save: Table[Name, Text] = Field(default_factory=empty)
    """Name → JSON pointer of the value in its answer that later steps use."""
    harmless: bool = False
    """The owner says that sending it changes nothing, or nothing that a clean-up step does not undo."""
    always: bool = False
    """Whether it is sent also where an earlier step failed: a clean-up."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values under names that tell of credentials; variables' values are known to the loader."""
        return (*named_like_secrets(dict(self.headers)), *named_like_secrets(self.json_body))


class Probe(Section):
    """A probe beside those that follow from the rest of the environment."""

    name: Name
    """What metrics and reports call it."""
    kind: ProbeKind
    """What it speaks; which of the keys below it takes depends on it."""
    at: Text | None = None
    """An address of the environment by its name (load-balancer, kong-1-proxy, postgres …) …"""
    url: HttpUrl | None = None
    """… or one of its own: http and journey."""
    host: Host | None = None
    """The name that is resolved, or connected to: dns, tcp, tls."""
    port: Port | None = None
    """The port: tcp, tls."""
    path: HttpPath = "/"
    """Path and query: http."""
    method: Literal["GET", "HEAD", "OPTIONS"] = "GET"
    """The method: http. What writes is a journey's."""
    headers: Table[Text, Text] = Field(default_factory=empty)
    """Request headers: http."""
    username: Text | None = None
    """Basic authentication: http."""
    password: Secret | None = None
    """Their password: a variable."""
    bearer: Name | None = None
    """A scheme under `authentication` whose token is sent: http, journey."""
    expect: Expect = Expect.model_construct()
    """What the answer must be like: http; `certificate`: tls."""
    fan_out: Literal["first", "all"] = "first"
    """Whether all addresses of the name are probed: http, tcp, tls."""
    quorum: Count | None = None
    """Of all addresses, so many must do; default: every one."""
    addresses: tuple[IpAddress, ...] = ()
    """Addresses that the name must have, in any order: dns."""
    query: Text | None = None
    """A query that reads: postgres …"""
    value: JsonValue = None
    """… and the one value that it gives."""
    steps: tuple[Step, ...] = ()
    """The requests of a journey."""
    check: Text | None = None
    """The id of a check that only reads: catalogue …"""
    targets: tuple[Text, ...] = ()
    """… and which of its targets; default: all."""
    interval: PositiveDuration | None = None
    """How often it runs; default: the runner's."""
    timeout: PositiveDuration | None = None
    """How long it may take; default: the runner's."""
    attempts: Annotated[int, Field(ge=1, le=5)] = 1
    """A failure is tried again so often at most; metrics tell first successes from later ones."""

    @model_validator(mode="after")
    def _timeout_within_interval(self) -> Self:
        _within(self.timeout, self.interval)
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values of headers whose names tell of credentials."""
        return tuple(named_like_secrets(dict(self.headers)))


class ProbeOverride(Section):
    """What is different about a probe that follows from the environment."""

    enabled: bool = True
    """False: it does not run."""
    interval: PositiveDuration | None = None
    """How often it runs."""
    timeout: PositiveDuration | None = None
    """How long it may take."""
    attempts: Annotated[int, Field(ge=1, le=5)] | None = None
    """A failure is tried again so often at most."""

    @model_validator(mode="after")
    def _timeout_within_interval(self) -> Self:
        _within(self.timeout, self.interval)
        return self


class NegativeControl(Section):
    """An address that nobody listens on: a probe of it must fail, or no result of the run is believed."""

    host: Host = "127.0.0.1"
    """Its host."""
    port: Port = 1
    """Its port."""


class Probes(Section):
    """The probe runner."""

    interval: PositiveDuration | None = None
    """How often each probe runs."""
    timeout: PositiveDuration | None = None
    """How long a probe may take."""
    pushgateway: HttpUrl | None = None
    """Where results are pushed."""
    location: Name | None = None
    """Where the probes run from, as a label: `gru`."""
    locations: tuple[Name, ...] = ()
    """All locations that run these probes: every limiter is taken to count all of them, since addresses may
    be shared and a front may hide them."""
    overrides: Table[Text, ProbeOverride] = Field(default_factory=empty)
    """What is different about planned probes, by name (`atalaia probe list` names them)."""
    add: tuple[Probe, ...] = ()
    """Further probes."""
    negative_control: NegativeControl = NegativeControl.model_construct()
    """What must fail."""

    @model_validator(mode="after")
    def _timeout_within_interval(self) -> Self:
        _within(self.timeout, self.interval)
        return self


def _within(timeout: timedelta | None, interval: timedelta | None) -> None:
    if interval and timeout and timeout > interval:
        raise ValueError("timeout is longer than interval; at most as long")
