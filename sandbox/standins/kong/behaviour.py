"""How a node of Kong misbehaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

JwtFlaw = Literal["alg-none", "expired", "wrong-signature", "malformed"]
"""What is wrong with a token that is taken all the same."""


@dataclass(frozen=True)
class Added:
    """A route that nobody declared."""

    name: str
    path: str
    service: str
    """The name of the declared service that it leads to."""


@dataclass(frozen=True)
class Behaviour:
    """As it stands: not at all."""

    workers_ready: bool = True
    """Whether every worker has built its router, for /status/ready."""
    trusted_ips: tuple[str, ...] | None = None
    """Whose X-Forwarded-* headers are believed; None: whom the configuration says."""
    recursive: bool = False
    """`real_ip_recursive`, together with `trusted_ips`."""
    late_limiter: bool = False
    """The limiter's refusal comes only after the upstream has had the request."""
    late_jwt: bool = False
    """So does the jwt plugin's."""
    limiter_sticks: bool = False
    """Who was denied once is denied for good."""
    reset_shift: int = 0
    """Seconds added to RateLimit-Reset and Retry-After."""
    count_delay: float = 0.0
    """Seconds until a request counts, with policy `local`."""
    accepts: JwtFlaw | None = None
    """The jwt plugin lets tokens with this flaw pass."""
    correlation_dropped: bool = False
    """The correlation id reaches neither the upstream nor the client."""
    dropped: str = ""
    """The name of a header that is on no answer …"""
    dropped_status: int | None = None
    """… with this status; None: with any."""
    counts: bool = True
    """What passes is in its metrics."""
    metrics_health: Literal["HEALTHY", "UNHEALTHY"] | None = None
    """What its metrics tell of every upstream target, whatever its Admin API does."""
    hidden: str = ""
    """The name of a route that is not there."""
    added: Added | None = None
    """A route that is there though nobody declared it."""
    really: bool = False
    """`hidden` and `added` hold for requests too, not only for the Admin API's lists."""


HEALTHY = Behaviour()
