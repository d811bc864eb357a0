"""One observation at a time, with little patience."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta

from atalaia.environment.url import parse_url
from atalaia.exchange.exchange import Connection, Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.observable import Connect, HttpRequest, Observable
from atalaia.exchange.observe import observe
from atalaia.exchange.seen import Seen
from tests.support.hostile import HostileServer

SOON = Network(connect=timedelta(seconds=0.5), total=timedelta(seconds=2))


def http_request(url: str, target: str = "/ok", **more: object) -> HttpRequest:
    """A request for a target of a server."""
    schemes = frozenset({"http", "https"})
    return HttpRequest(key=target, hop=Hop.SERVICE, url=parse_url(url, schemes), target=target, **more)


def observed(observable: Observable, network: Network = SOON) -> Seen:
    """What is seen of one observable, by a client of its own."""
    return asyncio.run(observe(observable, network))


def exchanged(request: HttpRequest, network: Network = SOON) -> Exchange:
    """One request, and what came of it."""
    seen = observed(request, network)
    assert isinstance(seen, Exchange)
    return seen


def sent(url: str, target: str = "/echo", network: Network = SOON, **more: object) -> tuple[str, list[str]]:
    """Request line and headers as the server got them."""
    exchange = exchanged(http_request(url, target, **more), network)
    assert exchange.response is not None, exchange.failure
    line, *headers = exchange.response.text().removesuffix("\r\n\r\n").split("\r\n")
    return line, headers


def connected(url: str, network: Network = SOON) -> Connection:
    """One connection, and what came of it."""
    observable = Connect(key="tcp", hop=Hop.SERVICE, url=parse_url(url, frozenset({"http"})))
    seen = observed(observable, network)
    assert isinstance(seen, Connection)
    return seen


def port_of(server: HostileServer) -> int:
    """Where it listens."""
    return int(server.url.rsplit(":", 1)[1])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
