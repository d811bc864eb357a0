"""A check of the suites as a probe: the same executor, prerequisites included."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.environment import Environment
from atalaia.exchange.network import Network
from probes.model import Attempt, Planned


@dataclass(frozen=True)
class Catalogue:
    """Parameters of a catalogue probe."""

    environment: Environment
    check: str
    """Its id; its effect is `reads`."""
    target: str


async def probe(planned: Planned, network: Network) -> Attempt:
    """Execute the check on its target."""
    raise NotImplementedError
