"""Ask who answers: the effect of Program."""

from __future__ import annotations

from atalaia.exchange.client import Client
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.network import Network
from atalaia.systems.programs import Program, program_of


async def ask(observable: Program, network: Network) -> Exchanges:
    """The answers up to the first that tells; nothing more is asked of who does not answer at all."""
    found: list[Exchange] = []
    async with Client(network.of(observable.client)) as client:
        for step in observable.steps:
            found.append(await client.exchange(step))
            if found[-1].response is None or program_of(found[-1]):
                break
    return Exchanges(steps=tuple(found))
