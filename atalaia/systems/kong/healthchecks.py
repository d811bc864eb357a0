"""Upstreams that go on sending to targets that are dead.

Kong's health checks are off unless an interval (active) or a number of failures (passive) is set
(Kong 3.4, kong/db/schema/entities/upstreams.lua).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.systems.kong.entities import Configuration, Upstream


@dataclass(frozen=True)
class Probing:
    """What an upstream's health checks can find out."""

    upstream: Upstream
    finds_failure: bool
    """Active checks take an address out."""
    finds_recovery: bool
    """Active checks bring one back."""
    watches_traffic: bool
    """Passive checks take one out after failed requests; nothing but active checks brings it back."""


def probing(upstream: Upstream) -> Probing:
    """Which health checks of an upstream are on."""
    active, passive = (_table(upstream.healthchecks.get(kind)) for kind in ("active", "passive"))
    failing = _table(active.get("unhealthy"))
    return Probing(
        upstream,
        finds_failure=_on(failing, "interval") and _counts(failing),
        finds_recovery=_on(_table(active.get("healthy")), "interval")
        and _on(_table(active.get("healthy")), "successes"),
        watches_traffic=_counts(_table(passive.get("unhealthy"))),
    )


def unprobed(configuration: Configuration) -> Iterator[Upstream]:
    """Upstreams whose dead targets no active health check takes out."""
    return (it for it in configuration.upstreams if not probing(it).finds_failure)


def without_targets(configuration: Configuration) -> Iterator[Upstream]:
    """Upstreams that stand for no address at all: every request to them is answered 503."""
    with_targets = {target.upstream for target in configuration.targets if target.weight > 0}
    return (it for it in configuration.upstreams if it.id not in with_targets)


def _counts(unhealthy: Mapping[str, Any]) -> bool:
    """Whether any kind of failure is counted: a count of 0 is never reached."""
    return any(_on(unhealthy, kind) for kind in ("http_failures", "tcp_failures", "timeouts"))


def _on(table: Mapping[str, Any], field: str) -> bool:
    value = table.get(field)
    return isinstance(value, int | float) and value > 0


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
