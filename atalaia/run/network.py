"""How a run reaches the stack: the environment's deadlines, names, trust, and its own address."""

from __future__ import annotations

from atalaia.environment import Environment
from atalaia.exchange.network import Network


def network_of(environment: Environment, identity: str | None, run: str) -> Network:
    """The network as this environment wants it used, from this client address, in the name of this run."""
    return Network(
        connect=environment.deadlines.connect,
        total=environment.deadlines.total,
        hosts=environment.hosts,
        ca=environment.tls.ca,
        source=identity,
        run=run,
    )
