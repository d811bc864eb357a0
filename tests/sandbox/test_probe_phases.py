"""The phases of a probe are the server's, however late this process comes to see what was answered."""

from __future__ import annotations

import array
import asyncio
import contextlib
import fcntl
import socket
import ssl
import termios
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from atalaia.environment.url import parse_url
from atalaia.exchange.network import Network
from atalaia.exchange.request import Request
from atalaia.exchange.step import Step
from atalaia.exchange.timed import Timed, send
from tests.support.certificates import Authorities
from tests.support.noted_arrivals import until_arrivals_are_noted
from tests.support.talking import talking

GREETED, ASKED = 0.05, 0.07
"""Seconds after which the server shakes hands, and answers."""
HELD_UP = 0.6
"""Seconds for which the event loop does something else, again and again."""
SLACK = 0.01
"""Seconds for which somebody may have the processor between two looks at a clock."""
FINISHED = 6 + 74
"""Bytes of the client's last words in a handshake (RFC 8446: change_cipher_spec, Finished with SHA-384)."""
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@pytest.fixture(scope="module", autouse=True)
def noted() -> None:
    until_arrivals_are_noted()


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    return Authorities(tmp_path_factory.mktemp("tls"))


def _answering(certificate: Path | None, newest: ssl.TLSVersion) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = newest
    if certificate:
        context.load_cert_chain(certificate)

    def converse(client: socket.socket) -> None:
        if certificate:
            client.recv(1, socket.MSG_PEEK)
            time.sleep(GREETED)
            client = context.wrap_socket(client, server_side=True)
        with client:
            client.recv(65536)
            time.sleep(ASKED)
            client.sendall(ANSWER)

    return converse


def _probe(scheme: str, port: int, ca: Path, *, busy: bool) -> Timed:
    url = parse_url(f"{scheme}://front.test:{port}", frozenset({scheme}))
    ten = timedelta(seconds=10)
    network = Network(connect=ten, total=ten, hosts={"front.test": "127.0.0.1"}, ca=ca)

    async def hold_up() -> None:
        while True:
            time.sleep(HELD_UP)
            await asyncio.sleep(0)

    async def run() -> Timed:
        held = asyncio.ensure_future(hold_up()) if busy else None
        try:
            return await send(Step.first(Request(url=url, target="/"), network), network)
        finally:
            if held:
                held.cancel()

    timed = asyncio.run(run())
    assert timed.failure is None
    return timed


def test_a_busy_process_is_not_the_servers_time(authorities: Authorities) -> None:
    with talking(_answering(None, ssl.TLSVersion.TLSv1_3)) as port:
        phases = _probe("http", port, authorities.ca, busy=True).phases
    assert 0 < phases["connect"] < HELD_UP / 2
    assert ASKED - SLACK < phases["processing"] < ASKED + HELD_UP / 2
    assert 0 <= phases["transfer"] < HELD_UP / 2


def test_nor_is_it_over_tls(authorities: Authorities) -> None:
    leaf = authorities.leaf(authorities.middle)
    with talking(_answering(leaf, ssl.TLSVersion.TLSv1_3)) as port:
        timed = _probe("https", port, authorities.ca, busy=True)
    assert timed.elapsed > 3 * HELD_UP
    assert 0 < timed.phases["connect"] < HELD_UP / 2
    assert GREETED - SLACK < timed.phases["tls"] < GREETED + HELD_UP / 2
    assert ASKED - SLACK < timed.phases["processing"] < ASKED + HELD_UP / 2


def test_the_older_handshake_of_two_round_trips_is_measured_as_a_whole(authorities: Authorities) -> None:
    leaf = authorities.leaf(authorities.middle)
    with talking(_answering(leaf, ssl.TLSVersion.TLSv1_2)) as port:
        timed = _probe("https", port, authorities.ca, busy=False)
    assert timed.tls is not None
    assert timed.tls.protocol == "TLSv1.2"
    assert GREETED - SLACK < timed.phases["tls"] < timed.elapsed - ASKED + SLACK


def test_the_request_does_not_wait_until_the_handshake_is_acknowledged(authorities: Authorities) -> None:
    """A server that says nothing acknowledges after 40 ms: for that, by Nagle's algorithm, it would wait."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authorities.leaf(authorities.middle))
    gaps: list[float] = []

    def converse(client: socket.socket) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        incoming.write(client.recv(65536))
        with contextlib.suppress(ssl.SSLWantReadError):
            tls.do_handshake()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
        client.sendall(outgoing.read())
        while not _unread(client):
            time.sleep(0.0001)
        since = time.perf_counter()
        while _unread(client) < FINISHED + len("GET / HTTP/1.1\r\n\r\n"):
            time.sleep(0.0001)
        gaps.append(time.perf_counter() - since)
        incoming.write(client.recv(65536))
        tls.do_handshake()
        tls.write(ANSWER)
        client.sendall(outgoing.read())

    with talking(converse) as port:
        for _ in range(10):
            _probe("https", port, authorities.ca, busy=False)
    assert min(gaps) < 0.03


def _unread(client: socket.socket) -> int:
    """Bytes that have come and were not read."""
    count = array.array("i", [0])
    fcntl.ioctl(client, termios.FIONREAD, count)
    return count[0]
