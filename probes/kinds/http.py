"""One HTTP request over a fresh connection: its phases, its answer, and whether that is as it must be."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.environment.probes import Expect
from atalaia.exchange.network import Network
from atalaia.exchange.observable import HttpRequest
from probes.model import Attempt, Planned


@dataclass(frozen=True)
class Http:
    """Parameters of an http probe."""

    request: HttpRequest
    expect: Expect = Expect()
    health: bool = False
    """Whether the body must not claim to be down, as a service's health document may with a 200."""
    fan_out: bool = False
    """Whether every address of the name is asked …"""
    quorum: int | None = None
    """… and how many must do; None: all."""


async def probe(planned: Planned, network: Network) -> Attempt:
    """Send the request, and judge the answer."""
    raise NotImplementedError
