"""How a run reaches the stack: the environment's deadlines, names, trust, and its own address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atalaia.exchange.network import Network

if TYPE_CHECKING:
    from atalaia.environment import Environment
    from atalaia.run.budget import Allotment  # loads all that a suite plans with, and probes need none of it


def network_of(environment: Environment, allotment: Allotment | None, run: str) -> Network:
    """The network as this environment wants it used, from the addresses that were allotted to this run."""
    return Network(
        connect=environment.deadlines.connect,
        total=environment.deadlines.total,
        hosts=environment.hosts,
        ca=environment.tls.ca,
        source=allotment.identity if allotment else None,
        sources=allotment.clients if allotment else {},
        run=run,
    )
