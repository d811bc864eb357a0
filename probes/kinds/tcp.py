"""Whether anything listens: a TCP connection, opened and closed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from atalaia.environment.url import Url
from atalaia.exchange.network import Network
from atalaia.exchange.timed import open_and_close
from probes import facts
from probes.answers import failed
from probes.fan_out import over_addresses
from probes.model import Attempt, Planned

ENDS_IN_TIME = True
"""All that it waits for is within the network's deadline."""


@dataclass(frozen=True)
class Tcp:
    """Parameters of a tcp probe."""

    url: Url
    """Host and port; the rest is ignored."""
    fan_out: bool = False
    """Whether every address of the name is connected to …"""
    quorum: int | None = None
    """… and how many must take the connection; None: all."""


async def probe(planned: Planned, network: Network) -> Attempt:
    """Open a connection, and close it."""
    tcp: Tcp = planned.parameters
    if tcp.fan_out:
        return await over_addresses(tcp.url.host, network, lambda each: _probe(tcp, each), quorum=tcp.quorum)
    return await _probe(tcp, network)


async def _probe(tcp: Tcp, network: Network) -> Attempt:
    timed = await open_and_close(replace(tcp.url, scheme="http"), network)  # nothing is asked
    wrong = failed(timed)
    return Attempt(
        success=wrong is None,
        reason=wrong.reason if wrong else None,
        detail=wrong.detail if wrong else "",
        started=timed.started,
        duration=timed.elapsed,
        phases=timed.phases,
        facts=facts.of_connection(timed),
        shown={"address": timed.address, "port": tcp.url.port},
    )
