"""What only a running node knows about itself; all else that its Admin API says follows from its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from atalaia.systems.kong.entities import Target

_NOTHING: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetHealth:
    """A target, and what the node takes it for."""

    target: Target
    health: str
    """HEALTHY, UNHEALTHY, HEALTHCHECKS_OFF or DNS_ERROR."""
    hostname: str
    address: tuple[str, int] | None
    """IP address and port; None: its name cannot be resolved."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Connections and requests over all listeners, as nginx counts them."""

    requests: int = 0
    accepted: int = 0
    active: int = 0
    waiting: int = 0
    """Of those that are active, the idle ones."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A node at one moment."""

    id: str
    version: str
    now: float = 0
    """Unix seconds: dates what is loaded now."""
    workers: Mapping[int, int] = field(default_factory=lambda: {1: 0})
    """Pid of each worker → bytes of its Lua VM."""
    workers_ready: int = 1
    """How many of them have built their router."""
    slabs: Mapping[str, int] = field(default_factory=dict)
    """Bytes in use of a shared dictionary; none where it is not told."""
    traffic: Traffic = Traffic()
    health: Mapping[str, tuple[TargetHealth, ...]] = field(default_factory=dict)
    """By an upstream's id."""
    machine: Mapping[str, Any] = field(default_factory=dict)
    """What the root document tells beside that: host name, pids, nginx' and Kong's own settings."""
    measured: Callable[[], Iterable[str]] = lambda: _NOTHING
    """What the prometheus plugin has measured, as lines of its text format; asked only for /metrics."""
