"""How the client connects: names, addresses of its own and of the server, attempts."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from atalaia.environment.url import Url
from atalaia.exchange.exchange import Connection, Exchange, Resolution
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.observable import Connect, HttpRequest, Lookup
from atalaia.exchange.observe import observe
from atalaia.exchange.progress import Progress
from tests.support.exchanging import connected, exchanged, free_port, http_request, observed, port_of
from tests.support.hostile import HostileServer


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


def test_the_hosts_map_comes_before_dns(server: HostileServer) -> None:
    network = Network(hosts={"Front.Test": "127.0.0.1"})
    url = f"http://front.test:{port_of(server)}"
    exchange = exchanged(http_request(url, "/echo"), network)
    assert exchange.address == "127.0.0.1"
    assert exchange.url == f"{url}/echo"
    assert exchange.phases.resolve is None
    assert exchange.response is not None
    assert f"Host: front.test:{port_of(server)}" in exchange.response.text()
    found = observed(Lookup(key="dns", hop=Hop.SERVICE, host="front.test"), network)
    assert isinstance(found, Resolution)
    assert found.addresses == ("127.0.0.1",)


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64 + ".test", "a..test", "ü" * 70 + ".test"])
def test_a_name_that_does_not_resolve_is_a_failure_of_dns(host: str) -> None:
    url = Url(scheme="http", host=host, port=80)
    exchange = exchanged(HttpRequest(key="http", hop=Hop.SERVICE, url=url, target="/"))
    assert exchange.failure is not None
    assert exchange.failure.reason is Reason.DNS
    assert exchange.address is None
    connection = observed(Connect(key="tcp", hop=Hop.SERVICE, url=url))
    assert isinstance(connection, Connection)
    assert connection.failure is not None
    assert connection.failure.reason is Reason.DNS
    found = observed(Lookup(key="dns", hop=Hop.SERVICE, host=host))
    assert isinstance(found, Resolution)
    assert found.failure is not None
    assert found.addresses == ()


def test_a_resolver_that_hangs_holds_neither_the_exchange_nor_the_exit() -> None:
    program = """if True:
        import asyncio, socket, time
        from datetime import timedelta
        from atalaia.exchange.hop import Hop
        from atalaia.exchange.network import Network
        from atalaia.exchange.observable import Lookup
        from atalaia.exchange.observe import observe
        socket.getaddrinfo = lambda *_, **__: time.sleep(30)
        lookup = Lookup(key="dns", hop=Hop.SERVICE, host="slow.test")
        print(asyncio.run(observe(lookup, Network(total=timedelta(seconds=0.2)))).failure)
    """
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=10, check=True
    )
    assert run.stdout == "timeout: no addresses within 200ms\n"


def test_the_source_address_is_the_chosen_one(server: HostileServer) -> None:
    network = Network(source="127.64.3.7")
    assert exchanged(http_request(server.url), network).source == "127.64.3.7"
    assert connected(server.url, network).failure is None
    server.wait_for_clients("127.64.3.7", 2)


@pytest.mark.parametrize("source", ["203.0.113.7", "::1", "not-an-address"])
def test_a_source_address_that_cannot_be_used_is_told(server: HostileServer, source: str) -> None:
    network = Network(source=source)
    failures = [exchanged(http_request(server.url), network).failure, connected(server.url, network).failure]
    assert [failure and failure.reason for failure in failures] == [Reason.SOURCE, Reason.SOURCE]


def test_nothing_listens() -> None:
    port = free_port()
    assert connected(f"http://127.0.0.1:{port}").failure.reason is Reason.REFUSED  # type: ignore[union-attr]
    exchange = exchanged(http_request(f"http://127.0.0.1:{port}"))
    assert str(exchange.failure) == "refused: connection refused"
    assert exchange.address == "127.0.0.1"
    assert exchange.attempts == ()


def test_a_refused_connection_is_tried_again_only_where_asked_and_is_listed() -> None:
    port = free_port()
    exchange = exchanged(http_request(f"http://127.0.0.1:{port}", connect_attempts=3))
    assert [str(attempt.failure) for attempt in exchange.attempts] == ["refused: connection refused"] * 2
    assert str(exchange.failure) == "refused: connection refused"


def test_a_server_that_comes_up_late_is_reached_by_a_later_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = asyncio.Event()
    note = Progress.not_connected

    def noted(progress: Progress, failure: Failure) -> None:
        note(progress, failure)
        refused.set()

    monkeypatch.setattr(Progress, "not_connected", noted)

    async def come_up() -> Exchange:
        port = free_port()
        asking = asyncio.create_task(
            observe(http_request(f"http://127.0.0.1:{port}", connect_attempts=8), Network())
        )
        await refused.wait()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", port):
            seen = await asking
        assert isinstance(seen, Exchange)
        return seen

    exchange = asyncio.run(come_up())
    assert exchange.failure is None
    assert exchange.response is not None
    assert exchange.response.status == 204
    assert exchange.attempts


def test_a_request_that_was_sent_is_never_sent_again(server: HostileServer) -> None:
    before = server.clients.total()
    exchange = exchanged(http_request(server.url, "/hang-up", connect_attempts=5))
    assert exchange.failure is not None
    assert exchange.failure.reason is Reason.PROTOCOL
    assert server.clients.total() == before + 1


def test_the_next_address_is_tried_where_one_refuses(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolve_to(monkeypatch, "127.0.0.2", "127.0.0.1")
    url = f"http://twice.test:{port_of(server)}"
    exchange = exchanged(http_request(url))
    assert exchange.failure is None
    assert exchange.address == "127.0.0.1"
    assert [attempt.address for attempt in exchange.attempts] == ["127.0.0.2"]
    assert connected(url).address == "127.0.0.1"


def test_an_address_that_never_answers_leaves_time_for_the_next(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolve_to(monkeypatch, "127.0.0.2", "127.0.0.1")
    with _full_backlog("127.0.0.2", port_of(server)):
        url = f"http://twice.test:{port_of(server)}"
        exchange = exchanged(http_request(url))
        assert exchange.failure is None, exchange.failure
        assert [str(attempt.failure) for attempt in exchange.attempts] == [
            "timeout: no connection within 500ms"
        ]
        assert connected(url).address == "127.0.0.1"


def test_a_server_that_takes_no_connection_is_a_timeout() -> None:
    with _full_backlog("127.0.0.2", 0) as port:
        begun = time.perf_counter()
        network = Network(connect=timedelta(seconds=0.2), total=timedelta(seconds=2))
        failures = [
            exchanged(http_request(f"http://127.0.0.2:{port}"), network).failure,
            connected(f"http://127.0.0.2:{port}", network).failure,
        ]
        assert time.perf_counter() - begun < 0.9
    assert list(map(str, failures)) == ["timeout: no connection within 200ms"] * 2


def _resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """No name has two loopback addresses on every machine, so the resolver is told to say so."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


@contextlib.contextmanager
def _full_backlog(address: str, port: int) -> Iterator[int]:
    """A listener that takes no more connections: the kernel drops what comes."""
    with contextlib.ExitStack() as opened:
        listener = opened.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(4):
            waiting = opened.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])
