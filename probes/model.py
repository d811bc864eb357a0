"""What is probed, and what came of it: frozen types between the parts of the runner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from atalaia.exchange.cost import Cost
from atalaia.exchange.hop import Hop

if TYPE_CHECKING:
    from atalaia.environment.probes import ProbeKind


class Reason(StrEnum):
    """Why a probe failed: a bounded list, for a label. Details are in `Attempt.detail`."""

    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    CERTIFICATE = "certificate"
    RESET = "reset"
    PROTOCOL = "protocol"
    REDIRECTS = "redirects"
    AUTH = "auth"
    STATUS = "status"
    HEADER = "header"
    BODY = "body"
    LATENCY = "latency"
    VALUE = "value"
    """A query, a role or an address that is not the expected one."""
    CHECK = "check"
    """A check of the catalogue failed."""
    QUORUM = "quorum"
    BLOCKED = "blocked"
    """What a check of the catalogue needs first does not hold."""
    UNMEASURED = "unmeasured"
    """This machine could not measure: its source address, its own load, or a limiter that others used up."""
    DEFECT = "defect"
    """Atalaia itself failed: `shown` holds where."""


@dataclass(frozen=True)
class Planned:
    """One probe of the plan: what a kind needs to run it, resolved from the environment."""

    name: str
    """Unique in an environment: `auth-service`, `auth-service via load-balancer`; the label `probe`."""
    kind: ProbeKind
    instance: str
    """The label `instance`: the target as people know it, without credentials: http://localhost:3001/health."""
    hop: Hop
    interval: timedelta
    timeout: timedelta
    attempts: int = 1
    costs: tuple[Cost, ...] = ()
    """What one run of it takes of limiters' buckets."""
    group: str = ""
    """Probes that send the same request to different hops share it: by it the guilty hop is found."""
    expects_failure: bool = False
    """The negative control."""
    parameters: Any = None
    """What its kind needs beside: a frozen type of probes/kinds/KIND.py."""


@dataclass(frozen=True)
class Attempt:
    """One attempt of a probe."""

    success: bool
    reason: Reason | None = None
    detail: str = ""
    """For people, without secrets: `503: upstream connect error`. Never a label."""
    started: float = 0.0
    """Unix time."""
    duration: float = 0.0
    """Seconds."""
    phases: Mapping[str, float] = field(default_factory=dict)
    """resolve, connect, tls, processing, transfer … → seconds; what was not measured is absent."""
    facts: Mapping[str, float] = field(default_factory=dict)
    """Further metrics by their names: probe_http_status_code, probe_ssl_earliest_cert_expiry …"""
    information: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Metrics of value 1 that only carry labels: probe_tls_version_info → {version: TLS 1.3}."""
    shown: Mapping[str, Any] = field(default_factory=dict)
    """What was sent and seen, redacted, for `atalaia probe show`."""


@dataclass(frozen=True)
class ProbeResult:
    """A probe's run: its attempts, of which the last one counts."""

    planned: Planned
    attempts: tuple[Attempt, ...]

    @property
    def last(self) -> Attempt:
        """The one that counts."""
        return self.attempts[-1]

    @property
    def success(self) -> bool:
        """Whether it succeeded at last."""
        return self.last.success

    @property
    def first_try(self) -> bool:
        """Whether it needed no second attempt."""
        return self.attempts[0].success


@dataclass(frozen=True)
class Run:
    """One run of the runner: what is pushed, stored and reported."""

    id: str
    environment: str
    location: str
    shard: str
    """`0/1` where there is but one."""
    started: float
    finished: float
    interval: timedelta
    results: tuple[ProbeResult, ...]
    whole: bool = True
    """False for a filtered run, which must not take the place of a whole one in the Pushgateway."""
    valid: bool = True
    """False where the negative control did not fail: no result is believed."""
    guilty: Mapping[str, Hop] = field(default_factory=dict)
    """Group → the hop that fails while what is behind it does not."""
