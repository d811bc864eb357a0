"""What may be done to the stack, how long the toolkit waits, and what is known to be broken."""

from datetime import date, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Self

from pydantic import (
    BeforeValidator,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from atalaia.environment.base import Count, NamedFile, Section, Text
from atalaia.environment.quantities import Duration, Percentage, PositiveDuration, Rate


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
    try:
        return ip_network(str(value))
    except ValueError:
        raise ValueError("not a network of addresses; such as 127.64.0.0/16") from None


def _date(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("not a date; year-month-day: 2027-01-31") from None


Network = Annotated[
    IPv4Network | IPv6Network,
    PlainValidator(_network),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["127.64.0.0/16"]}),
]
Date = Annotated[
    date,
    BeforeValidator(_date),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2027-01-31"]}),
]


_LARGE = 1024
"""Addresses of a network that is shared out."""

CHECK_ID = r"^[a-z0-9-]+(\.[a-z0-9-]+)*$"


class Allow(Section):
    """Explicit permission for what `safety` alone would not let the toolkit do."""

    effects: tuple[Effect, ...] = ()
    """Effects that checks may have here: `spends` a limiter's budget, `writes`, `pages` people."""
    limiter_share: Percentage | None = None
    """Part of any limiter's budget that one run may use; default 10 %, 50 %, 100 % for
    production, staging, sandbox."""


class Client(Section):
    """How the toolkit appears to the stack."""

    addresses: Network | None = None
    """Source addresses of this machine that it may send from, one identity each."""

    def positions(self, *, load: bool = False) -> tuple[int, int]:
        """The first position in `addresses` of an address that may be taken, and the one after the last.

        Of a large network load tests take the upper half, and everything else the lower one: no check
        meets a budget that load has just spent.
        """
        if self.addresses is None:
            return 0, 0
        size = self.addresses.num_addresses
        # The first and the last address of a network are not a host's.
        first, end = (1, size - 1) if size > 2 else (0, size)
        if size < _LARGE:
            return first, end
        return (size // 2, end) if load else (first, size // 2)


class Deadlines(Section):
    """How long the toolkit waits for any one answer."""

    connect: PositiveDuration = timedelta(seconds=2)
    """To be connected."""
    total: PositiveDuration = timedelta(seconds=5)
    """To have the whole answer."""

    @model_validator(mode="after")
    def _connect_within_total(self) -> Self:
        if self.connect > self.total:
            raise ValueError("connect is longer than total; at most as long")
        return self


class Tls(Section):
    """What the toolkit trusts, and when it warns."""

    ca: NamedFile | None = None
    """File of certificate authorities to trust beside the system's, relative to this file."""
    expires_after: Duration = timedelta(days=30)
    """A certificate is valid for at least this much longer."""


class Slo(Section):
    """Service-level objectives."""

    availability: Percentage | None = None
    """Part of the time, or of the probes, that is good."""
    latency_p95: PositiveDuration | None = None
    """95 of 100 requests are answered within this time."""
    error_rate: Percentage | None = None
    """At most this part of the requests fails (5xx)."""
    throughput: Rate | None = None
    """Requests that it serves at least."""
    recovery: PositiveDuration | None = None
    """After an outage it is healthy again within this time."""


class Load(Section):
    """Permission for load tests: production needs it, and elsewhere it may be withheld."""

    allowed: bool = False
    """Whether load tests may run here: `true` lets them, with `max_rate`, in production; `false` keeps them
    out elsewhere too."""
    max_rate: Rate | None = None
    """The most requests they may send."""


class Accepted(Section):
    """A known defect: shown, and not counted as a failure until `until`."""

    check: Annotated[str, StringConstraints(pattern=CHECK_ID)]
    """Id of the check that fails, such as `exposure.admin-api`."""
    target: Text
    """The target that it fails for."""
    reason: Text
    """Why it is accepted, for whoever reads the report."""
    until: Date
    """The last day on which it is accepted."""


class Flapping(Section):
    """When a server that is up now counts as unstable."""

    transitions: Count = 3
    """So many times down …"""
    within: PositiveDuration = timedelta(minutes=10)
    """… and the last change this recent."""
