"""What may be done to the stack, how long the toolkit waits, and what is known to be broken."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema

from atalaia.environment.base import Count, Section
from atalaia.environment.units import Duration, Percentage, Rate


class Safety(StrEnum):
    """What kind of stack this is; absent means production."""

    SANDBOX = "sandbox"
    STAGING = "staging"
    PRODUCTION = "production"


class Effect(StrEnum):
    """What a check does to the stack."""

    READS = "reads"
    SPENDS = "spends"
    """Uses up a limiter's budget on purpose."""
    WRITES = "writes"
    PAGES = "pages"
    """Alerts people."""


def _network(value: object) -> IPv4Network | IPv6Network:
    from ipaddress import ip_network

    try:
        return ip_network(str(value))
    except ValueError:
        raise ValueError("a network of addresses: 127.64.0.0/16") from None


def _date(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("a date: 2027-01-31") from None


Network = Annotated[
    IPv4Network | IPv6Network,
    PlainValidator(_network),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["127.64.0.0/16"]}),
]
Date = Annotated[date, BeforeValidator(_date)]


class Allow(Section):
    """Explicit permission for what `safety` alone would not let the toolkit do."""

    effects: tuple[Effect, ...] = ()
    limiter_share: Percentage | None = None
    """Part of any limiter's budget that one run may use; default 10 %, 50 %, 100 % for
    production, staging, sandbox."""


class Client(Section):
    """How the toolkit appears to the stack."""

    addresses: Network | None = None
    """Source addresses of this machine that it may send from, one identity each."""


class Deadlines(Section):
    """How long the toolkit waits for any one answer."""

    connect: Duration = timedelta(seconds=2)
    total: Duration = timedelta(seconds=5)


class Tls(Section):
    """What the toolkit trusts, and when it warns."""

    ca: Path | None = None
    """File of certificate authorities to trust beside the system's, relative to this file."""
    expires_after: Duration = timedelta(days=30)
    """A certificate is valid for at least this much longer."""


class Slo(Section):
    """Service-level objectives."""

    availability: Percentage | None = None
    latency_p95: Duration | None = None
    error_rate: Percentage | None = None
    throughput: Rate | None = None
    recovery: Duration | None = None


class Load(Section):
    """Permission for load tests outside the sandbox."""

    allowed: bool = False
    max_rate: Rate | None = None


class Accepted(Section):
    """A known defect: shown, and not counted as a failure until `until`."""

    check: str
    target: str
    reason: str
    until: Date


class Flapping(Section):
    """When a server that is up now counts as unstable."""

    transitions: Count = 3
    """So many times down …"""
    within: Duration = timedelta(minutes=10)
    """… and the last change this recent."""
