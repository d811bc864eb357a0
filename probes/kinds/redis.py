"""Redis: AUTH, PING, and the role that it must have."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Literal

from atalaia.exchange.network import Network
from atalaia.systems.redis.client import log_in
from atalaia.systems.redis.session import RedisAccount
from probes.answers import reason_of
from probes.model import Attempt, Planned, Reason


@dataclass(frozen=True)
class Redis:
    """Parameters of a redis probe."""

    account: RedisAccount
    role: Literal["master", "replica"] | None = None
    """What it must be; None: either."""


async def probe(planned: Planned, network: Network) -> Attempt:
    """Log in, PING, and ask for the role."""
    redis: Redis = planned.parameters
    started = time.time()
    session = await log_in(redis.account, network)
    shown = asdict(session)
    del shown["failure"], shown["elapsed"]
    reason, detail = None, ""
    if session.failure:
        reason, detail = reason_of(session.failure.reason), session.failure.detail
    elif redis.role and session.role is None:
        reason, detail = Reason.VALUE, f"it does not tell its role; {redis.role} wanted"
    elif redis.role and session.role != redis.role:
        reason, detail = Reason.VALUE, f"it is a {session.role}; {redis.role} wanted"
    return Attempt(
        success=reason is None,
        reason=reason,
        detail=detail,
        started=started,
        duration=session.elapsed,
        shown=shown,
    )
