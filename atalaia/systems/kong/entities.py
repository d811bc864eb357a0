"""What a declarative file describes, once Kong has read it: every default filled in, references resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Document = Mapping[str, Any]
"""An entity as Kong's Admin API lists it."""

EMPTY_HASH = "0" * 32
"""The configuration_hash of a Kong that holds no configuration."""


@dataclass(frozen=True, slots=True)
class Service:
    """An upstream API."""

    id: str
    name: str
    protocol: str
    host: str
    port: int
    path: str | None
    retries: int
    connect_timeout: int
    """Milliseconds, as are the other two."""
    write_timeout: int
    read_timeout: int
    enabled: bool
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Route:
    """Which requests go to a service."""

    id: str
    name: str
    service: str | None
    """The service's id."""
    protocols: tuple[str, ...]
    methods: tuple[str, ...]
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    """A leading `~` marks a regular expression, whatever the file's format was."""
    headers: Mapping[str, tuple[str, ...]]
    snis: tuple[str, ...]
    strip_path: bool
    preserve_host: bool
    regex_priority: int
    https_redirect_status_code: int
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Plugin:
    """An instance of a plugin and what it applies to; all three None: to everything."""

    id: str
    name: str
    instance_name: str | None
    route: str | None
    service: str | None
    consumer: str | None
    """Ids."""
    enabled: bool
    config: Document = field(repr=False)
    """May hold secrets."""
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Upstream:
    """A virtual host name that stands for its targets."""

    id: str
    name: str
    host_header: str | None
    healthchecks: Document = field(repr=False)
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Target:
    """One address of an upstream."""

    id: str
    upstream: str
    """The upstream's id."""
    target: str
    """`host:port`"""
    weight: int
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Consumer:
    """A client that Kong knows by name."""

    id: str
    username: str | None
    custom_id: str | None
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a consumer proves itself with: a key, a secret for tokens, a password, a group."""

    kind: str
    """keyauth_credentials, jwt_secrets, basicauth_credentials, acls …"""
    id: str
    consumer: str | None
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class TlsEntity:
    """What TLS needs: a certificate, an authority's, or a name that a certificate is for."""

    kind: str
    """certificates, ca_certificates or snis."""
    id: str
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that one Kong serves."""

    hash: str = EMPTY_HASH
    format_version: str = "3.0"
    services: tuple[Service, ...] = ()
    routes: tuple[Route, ...] = ()
    plugins: tuple[Plugin, ...] = ()
    upstreams: tuple[Upstream, ...] = ()
    targets: tuple[Target, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    credentials: tuple[Credential, ...] = ()
    tls: tuple[TlsEntity, ...] = ()
    places: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict, repr=False, compare=False)
    """Id → where the entity stands in the file: keys and positions, nested as it is written there."""

    @property
    def empty(self) -> bool:
        """Whether no configuration was ever given (one without entities is not empty)."""
        return self.hash == EMPTY_HASH


EMPTY = Configuration()
