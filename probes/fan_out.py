"""All addresses of a name, each probed for itself, and a quorum over them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from atalaia.exchange.network import Network, addresses_of
from probes.answers import reason_of
from probes.model import Attempt, Reason

MOST = 64
"""Addresses of one name that are probed."""


async def over_addresses(
    host: str, network: Network, one: Callable[[Network], Awaitable[Attempt]], *, quorum: int | None
) -> Attempt:
    """Probe every address of a name; it takes `quorum` of them to succeed, or all.

    Its phases are those of the slowest that is as the whole is.
    """
    started, begun = time.time(), time.perf_counter()
    try:
        async with asyncio.timeout(network.total.total_seconds()):
            resolved = await addresses_of(network, host)
    except TimeoutError:
        return Attempt(False, Reason.TIMEOUT, "no addresses in time", started, time.perf_counter() - begun)
    if resolved.failure:
        reason = reason_of(resolved.failure.reason)
        return Attempt(False, reason, resolved.failure.detail, started, time.perf_counter() - begun)
    addresses = resolved.addresses[:MOST]
    attempts = await asyncio.gather(
        *(one(replace(network, hosts={**network.hosts, host: address})) for address in addresses)
    )
    together = combined(dict(zip(addresses, attempts, strict=True)), quorum)
    found = dict(together.facts)
    phases = dict(together.phases)
    if resolved.elapsed:
        found["probe_dns_lookup_time_seconds"] = phases["resolve"] = resolved.elapsed
    return replace(
        together, started=started, duration=time.perf_counter() - begun, phases=phases, facts=found
    )


def combined(attempts: dict[str, Attempt], quorum: int | None) -> Attempt:
    """One attempt of those at each address. Raises ValueError where there is none."""
    good = [attempt for attempt in attempts.values() if attempt.success]
    wanted = len(attempts) if quorum is None else quorum
    success = len(good) >= wanted
    alike = good if success else [attempt for attempt in attempts.values() if not attempt.success]
    # A quorum beyond what the name has fails although every address does.
    slowest = max(alike or good, key=lambda attempt: attempt.duration)
    counts = {
        "atalaia_probe_addresses": float(len(attempts)),
        "atalaia_probe_addresses_successful": float(len(good)),
    }
    shown = {"addresses": {address: attempt.shown for address, attempt in attempts.items()}}
    if success:
        return replace(slowest, facts={**slowest.facts, **counts}, shown=shown, detail="")
    told = [f"{address}: {attempt.detail}" for address, attempt in attempts.items() if not attempt.success]
    reason = Reason.QUORUM if good else slowest.reason
    detail = f"{len(good)} of {len(attempts)} addresses do, {wanted} must; {'; '.join(told)}".rstrip("; ")
    return replace(
        slowest,
        success=False,
        reason=reason,
        detail=detail,
        facts={**slowest.facts, **counts},
        shown=shown,
    )
