"""How a service misbehaves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Behaviour:
    """As it stands: not at all."""

    hang: bool = False
    """Read requests, never answer."""
    health_status: int | None = None
    """Answer this for health documents."""
    health_down: bool = False
    """Say DOWN with status 200."""
    health_delay: float = 0.0
    """Seconds that a health document waits."""


HEALTHY = Behaviour()
