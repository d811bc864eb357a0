"""A target of an upstream: its address, and whether it is taken for healthy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from atalaia.systems.kong.entities import Target, Upstream
from sandbox.standins.http.upstream import Trouble

_KINDS = ("tcp_failures", "timeouts", "http_failures")


@dataclass(frozen=True, slots=True)
class Limits:
    """After how much of what a target changes its state; zero turns that kind off."""

    successes: int
    healthy_statuses: frozenset[int]
    failures: Mapping[str, int]
    """By kind: tcp_failures, timeouts, http_failures."""
    unhealthy_statuses: frozenset[int]


@dataclass(frozen=True, slots=True)
class Checks:
    """The health checks of an upstream."""

    passive: Limits
    active: Limits
    active_type: str
    path: str
    timeout: float
    """Seconds that a probe may take."""
    headers: tuple[tuple[str, str], ...]
    healthy_interval: float
    """Seconds between two probes of a healthy target; zero: none. The other: of an unhealthy one."""
    unhealthy_interval: float

    @property
    def on(self) -> bool:
        """Whether anything can make a target unhealthy, as Kong reckons."""
        return bool(self.healthy_interval or self.unhealthy_interval or any(self.passive.failures.values()))


def checks(upstream: Upstream) -> Checks:
    """The health checks that an upstream declares."""
    given = upstream.healthchecks
    active = given.get("active") or {}
    headers = (active.get("headers") or {}).items()
    return Checks(
        passive=_limits(given.get("passive") or {}),
        active=_limits(active),
        active_type=active.get("type") or "http",
        path=active.get("http_path") or "/",
        timeout=float(active.get("timeout") or 1),
        headers=tuple((name, value) for name, values in headers for value in values),
        healthy_interval=float((active.get("healthy") or {}).get("interval") or 0),
        unhealthy_interval=float((active.get("unhealthy") or {}).get("interval") or 0),
    )


def _limits(given: Mapping[str, Any]) -> Limits:
    healthy, unhealthy = given.get("healthy") or {}, given.get("unhealthy") or {}
    return Limits(
        successes=int(healthy.get("successes") or 0),
        healthy_statuses=frozenset(map(int, healthy.get("http_statuses") or ())),
        failures={kind: int(unhealthy.get(kind) or 0) for kind in _KINDS},
        unhealthy_statuses=frozenset(map(int, unhealthy.get("http_statuses") or ())),
    )


@dataclass(slots=True)
class TargetState:
    """A target and what requests and probes have shown: the states of lua-resty-healthcheck.

    Active and passive checks share their counts. A report whose limit is zero is not even a report: with
    `successes: 0` no good answer ever makes a failure forgotten.
    """

    target: Target
    address: tuple[str, int] | None
    """None: its name cannot be resolved."""
    hostname: str
    checks: Checks
    healthy: bool = True
    _sure: bool = True
    _successes: int = 0
    _failures: dict[str, int] = field(default_factory=dict)

    @property
    def health(self) -> str:
        """In the Admin API's words."""
        if self.address is None:
            return "DNS_ERROR"
        if not self.checks.on or self.target.weight == 0:
            return "HEALTHCHECKS_OFF"
        return "HEALTHY" if self.healthy else "UNHEALTHY"

    def failed(self, trouble: Trouble, limits: Limits) -> None:
        """No answer came, or no whole one."""
        timed_out = trouble in (Trouble.READ_TIMEOUT, Trouble.CONNECT_TIMEOUT)
        self._count_failure("timeouts" if timed_out else "tcp_failures", limits)

    def answered(self, status: int, limits: Limits) -> None:
        """An answer with this status came."""
        if status in limits.healthy_statuses:
            self.succeeded(limits)
        elif status in limits.unhealthy_statuses:
            self._count_failure("http_failures", limits)

    def succeeded(self, limits: Limits) -> None:
        """It did what was asked."""
        if limits.successes == 0 or (self.healthy and self._sure):
            return
        self._failures.clear()
        self._successes += 1
        self._sure = False
        if self._successes >= limits.successes:
            self._settle(healthy=True)

    def _count_failure(self, kind: str, limits: Limits) -> None:
        limit = limits.failures[kind]
        if limit == 0 or (not self.healthy and self._sure):
            return
        self._successes = 0
        count = self._failures[kind] = self._failures.get(kind, 0) + 1
        self._sure = False
        if count >= limit:
            self._settle(healthy=False)

    def _settle(self, *, healthy: bool) -> None:
        self.healthy, self._sure, self._successes = healthy, True, 0
        self._failures.clear()
