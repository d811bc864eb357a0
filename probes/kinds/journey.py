"""A journey: requests one after the other, values carried over, what was made undone whatever happens."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.environment.probes import Step
from atalaia.environment.url import Url
from atalaia.exchange.bearer import Bearer
from atalaia.exchange.network import Network
from probes.model import Attempt, Planned


@dataclass(frozen=True)
class Journey:
    """Parameters of a journey."""

    url: Url
    """The server; steps' paths are below its own path."""
    steps: tuple[Step, ...]
    bearer: Bearer | None = None
    """A token that every step sends which names no Authorization of its own."""
    writes: bool = False
    """Whether writing steps may be sent that nobody declares harmless: in the sandbox."""


async def probe(planned: Planned, network: Network) -> Attempt:
    """Send the steps in order; the first that fails ends them, but for those that are always sent."""
    raise NotImplementedError
