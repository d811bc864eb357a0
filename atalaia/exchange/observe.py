"""Take an observation of this room's kinds."""

from __future__ import annotations

from atalaia.exchange.client import Client
from atalaia.exchange.connect import connect
from atalaia.exchange.handshake import handshake
from atalaia.exchange.lookup import look_up
from atalaia.exchange.network import Network
from atalaia.exchange.observable import Connect, Handshake, HttpRequest, HttpSequence, Lookup, Observable
from atalaia.exchange.seen import Seen


async def observe(observable: Observable, network: Network) -> Seen:
    """What is seen of an observable. Raises TypeError for a kind that another room observes."""
    match observable:
        case Lookup():
            return await look_up(observable, network)
        case Connect():
            return await connect(observable, network)
        case Handshake():
            return await handshake(observable, network)
        case HttpRequest():
            async with Client(network.of(observable.client)) as client:
                return await client.exchange(observable)
        case HttpSequence():
            async with Client(network) as client:
                return await client.sequence(observable)
    raise TypeError(f"{type(observable).__name__} is not observed by the exchange room")
