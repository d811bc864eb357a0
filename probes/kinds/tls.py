"""A TLS handshake as every client does it: chain, name, dates, protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from atalaia.environment.url import Url
from atalaia.exchange.network import Network
from probes.model import Attempt, Planned


@dataclass(frozen=True)
class Tls:
    """Parameters of a tls probe."""

    url: Url
    """Host and port; the rest is ignored."""
    certificate: timedelta | None = None
    """The certificate is good for at least this long."""
    fan_out: bool = False
    """Whether every address of the name is asked …"""
    quorum: int | None = None
    """… and how many must do; None: all."""


async def probe(planned: Planned, network: Network) -> Attempt:
    """Shake hands, and look at the certificate."""
    raise NotImplementedError
