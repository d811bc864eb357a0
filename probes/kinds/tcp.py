"""Whether anything listens: a TCP connection, opened and closed."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.environment.url import Url
from atalaia.exchange.network import Network
from probes.model import Attempt, Planned


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
    raise NotImplementedError
