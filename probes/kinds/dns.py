"""A name that resolves, to the addresses that it must have where they are given."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass

from atalaia.exchange.network import Network, resolve_in_time
from probes import facts
from probes.answers import reason_of
from probes.model import Attempt, Planned, Reason


@dataclass(frozen=True)
class Dns:
    """Parameters of a dns probe."""

    host: str
    addresses: tuple[str, ...] = ()
    """What it must resolve to, in any order; empty: to anything."""


async def probe(planned: Planned, network: Network) -> Attempt:
    """Resolve the name as every program of this machine does."""
    dns: Dns = planned.parameters
    started = time.time()
    seen = await resolve_in_time(network, dns.host)
    found = {"probe_dns_answer_rrs": float(len(seen.addresses))}
    if seen.elapsed:
        found["probe_dns_lookup_time_seconds"] = seen.elapsed
    if seen.addresses:
        found |= facts.of_address(seen.addresses[0])
    reason, detail = None, ""
    if seen.failure:
        reason, detail = reason_of(seen.failure.reason), seen.failure.detail
    elif dns.addresses and _same(seen.addresses) != _same(dns.addresses):
        reason = Reason.VALUE
        detail = f"it is {_told(seen.addresses)}; {_told(dns.addresses)} wanted"
    found["probe_dns_query_succeeded"] = 0.0 if seen.failure else 1.0
    return Attempt(
        success=reason is None,
        reason=reason,
        detail=detail,
        started=started,
        duration=seen.elapsed,
        phases={"resolve": seen.elapsed} if seen.elapsed else {},
        facts=found,
        shown={"host": dns.host, "addresses": seen.addresses},
    )


def _same(addresses: tuple[str, ...]) -> set[object]:
    """Addresses that can be compared, however they are written."""
    return {ipaddress.ip_address(address) for address in addresses}


def _told(addresses: tuple[str, ...]) -> str:
    return ", ".join(sorted(addresses))
