"""Redis: AUTH, PING, and the role that it must have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from atalaia.exchange.network import Network
from atalaia.systems.redis.model import RedisLogin
from probes.model import Attempt, Planned


@dataclass(frozen=True)
class Redis:
    """Parameters of a redis probe."""

    login: RedisLogin
    role: Literal["master", "replica"] | None = None
    """What it must be; None: either."""


async def probe(planned: Planned, network: Network) -> Attempt:
    """Log in, PING, and ask for the role."""
    raise NotImplementedError
