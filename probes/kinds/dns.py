"""A name that resolves, to the addresses that it must have where they are given."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.exchange.network import Network
from probes.model import Attempt, Planned


@dataclass(frozen=True)
class Dns:
    """Parameters of a dns probe."""

    host: str
    addresses: tuple[str, ...] = ()
    """What it must resolve to, in any order; empty: to anything."""


async def probe(planned: Planned, network: Network) -> Attempt:
    """Resolve the name as every program of this machine does."""
    raise NotImplementedError
