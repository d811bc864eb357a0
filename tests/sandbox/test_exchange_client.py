"""What the client sends, what it measures, and how it connects."""

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

from atalaia import __version__
from atalaia.environment.url import Url, parse_url
from atalaia.errors import UsageError
from atalaia.exchange.exchange import Connection, Exchange, Exchanges, Resolution
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.observable import Connect, HttpRequest, HttpSequence, Lookup, Observable
from atalaia.exchange.observe import observe
from atalaia.exchange.progress import Progress
from atalaia.exchange.seen import Seen
from tests.support.hostile import HostileServer

SOON = Network(connect=timedelta(seconds=0.5), total=timedelta(seconds=2))


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


def _request(url: str, target: str = "/ok", **more: object) -> HttpRequest:
    schemes = frozenset({"http", "https"})
    return HttpRequest(key=target, hop=Hop.SERVICE, url=parse_url(url, schemes), target=target, **more)


def _observe(observable: Observable, network: Network = SOON) -> Seen:
    return asyncio.run(observe(observable, network))


def _exchange(request: HttpRequest, network: Network = SOON) -> Exchange:
    seen = _observe(request, network)
    assert isinstance(seen, Exchange)
    return seen


def _sent(url: str, target: str = "/echo", network: Network = SOON, **more: object) -> tuple[str, list[str]]:
    """Request line and headers as the server got them."""
    exchange = _exchange(_request(url, target, **more), network)
    assert exchange.response is not None, exchange.failure
    line, *headers = exchange.response.text().removesuffix("\r\n\r\n").split("\r\n")
    return line, headers


def _connect(url: str, network: Network = SOON) -> Connection:
    observable = Connect(key="tcp", hop=Hop.SERVICE, url=parse_url(url, frozenset({"http"})))
    seen = _observe(observable, network)
    assert isinstance(seen, Connection)
    return seen


def _port(server: HostileServer) -> int:
    return int(server.url.rsplit(":", 1)[1])


def test_what_is_sent_is_ours_and_no_more(server: HostileServer) -> None:
    line, headers = _sent(server.url, network=Network(run="run-7"))
    assert line == "GET /echo HTTP/1.1"
    request_id = next(header for header in headers if header.startswith("X-Request-ID: "))
    assert len(request_id) == len("X-Request-ID: ") + 36
    assert headers == [
        f"Host: 127.0.0.1:{_port(server)}",
        f"User-Agent: atalaia/{__version__} (run run-7)",
        request_id,
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
    ]


def test_the_callers_headers_are_sent_in_order_with_duplicates_and_replace_ours(
    server: HostileServer,
) -> None:
    mine = (("x-b", "1"), ("X-A", "2"), ("HOST", "front.test"), ("x-b", "3"), ("User-Agent", "curl"))
    _, headers = _sent(server.url, headers=mine)
    assert headers[0] == "HOST: front.test", "which the standard wants first"
    assert headers[-4:] == ["x-b: 1", "X-A: 2", "x-b: 3", "User-Agent: curl"]
    assert len([header for header in headers if header.lower().startswith(("host:", "user-agent:"))]) == 2


@pytest.mark.parametrize(
    ("target", "on_the_wire"),
    [
        ("/echo/../a/./b//c", "/echo/../a/./b//c"),
        ("/echo/%2e%2E/%41?x=%20+&y[]=a|b", "/echo/%2e%2E/%41?x=%20+&y[]=a|b"),
        ("/echo?q=a b&ç=1", "/echo?q=a%20b&%C3%A7=1"),
    ],
)
def test_a_target_is_sent_as_written(server: HostileServer, target: str, on_the_wire: str) -> None:
    assert _sent(server.url, target)[0] == f"GET {on_the_wire} HTTP/1.1"


def test_each_exchange_has_a_request_id_and_a_connection_of_its_own(server: HostileServer) -> None:
    before = server.clients["127.0.0.1"]
    steps = (_request(server.url), _request(server.url), _request(server.url))
    seen = _observe(HttpSequence(key="sequence", hop=Hop.SERVICE, steps=steps))
    assert isinstance(seen, Exchanges)
    assert len({exchange.request_id for exchange in seen.steps}) == 3
    assert all(exchange.phases.connect for exchange in seen.steps)
    assert server.clients["127.0.0.1"] == before + 3


@pytest.mark.parametrize(("within", "rounds"), [(None, 1), (10.0, 1), (0.0, 3)])
def test_a_sequence_that_takes_too_long_is_sent_anew_up_to_three_times(
    server: HostileServer, within: float | None, rounds: int
) -> None:
    before = server.clients["127.0.0.1"]
    steps = (_request(server.url), _request(server.url))
    sequence = HttpSequence(
        key="sequence", hop=Hop.SERVICE, steps=steps, within=within, rounds=3, rounds_when_busy=3
    )
    seen = _observe(sequence)
    assert isinstance(seen, Exchanges)
    assert len(seen.steps) == 2
    assert server.clients["127.0.0.1"] == before + 2 * rounds


@pytest.mark.parametrize("target", ["/endless-body", "/hang-up", "/drip-body"])
def test_one_request_again_and_again_is_not_sent_again_where_none_is_answered_whole(
    server: HostileServer, target: str
) -> None:
    before = server.clients["127.0.0.1"]
    steps = (_request(server.url, target), _request(server.url), _request(server.url))
    sequence = HttpSequence(key="sequence", hop=Hop.SERVICE, steps=steps, within=0.0, repeats=True)
    seen = _observe(sequence)
    assert isinstance(seen, Exchanges)
    (step,) = seen.steps
    assert step.failure or (step.response and step.response.truncated)
    assert server.clients["127.0.0.1"] == before + 1


def test_headers_of_the_answer_keep_order_duplicates_and_case(server: HostileServer) -> None:
    response = _exchange(_request(server.url)).response
    assert response is not None
    assert response.headers == (
        ("X-Service", "hostile"),
        ("Set-Cookie", "a=[redacted]"),
        ("x-lower", "1"),
        ("Set-Cookie", "b=[redacted]"),
        ("Content-Length", "15"),
    )
    assert response.all("set-cookie") == ("a=[redacted]", "b=[redacted]")
    assert response.json() == {"status": "UP"}


def test_only_what_happened_is_measured(server: HostileServer) -> None:
    by_address = _exchange(_request(server.url))
    assert by_address.phases.resolve is None
    assert by_address.phases.tls is None
    by_name = _exchange(_request(server.url.replace("127.0.0.1", "localhost")))
    measured = [by_name.phases.resolve, by_name.phases.connect, by_name.phases.processing]
    measured.append(by_name.phases.transfer)
    assert all(phase is not None and phase >= 0 for phase in measured)
    assert sum(phase or 0 for phase in measured) <= by_name.elapsed
    silent = _exchange(_request(server.url, "/silent"), Network(total=timedelta(seconds=0.2)))
    assert silent.phases.connect is not None
    assert silent.phases.processing is None


def test_the_hosts_map_comes_before_dns(server: HostileServer) -> None:
    network = Network(hosts={"Front.Test": "127.0.0.1"})
    url = f"http://front.test:{_port(server)}"
    exchange = _exchange(_request(url, "/echo"), network)
    assert exchange.address == "127.0.0.1"
    assert exchange.url == f"{url}/echo"
    assert exchange.phases.resolve is None
    assert exchange.response is not None
    assert f"Host: front.test:{_port(server)}" in exchange.response.text()
    found = _observe(Lookup(key="dns", hop=Hop.SERVICE, host="front.test"), network)
    assert isinstance(found, Resolution)
    assert found.addresses == ("127.0.0.1",)


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64 + ".test", "a..test", "ü" * 70 + ".test"])
def test_a_name_that_does_not_resolve_is_a_failure_of_dns(host: str) -> None:
    url = Url(scheme="http", host=host, port=80)
    exchange = _exchange(HttpRequest(key="http", hop=Hop.SERVICE, url=url, target="/"))
    assert exchange.failure is not None
    assert exchange.failure.reason is Reason.DNS
    assert exchange.address is None
    connection = _observe(Connect(key="tcp", hop=Hop.SERVICE, url=url))
    assert isinstance(connection, Connection)
    assert connection.failure is not None
    assert connection.failure.reason is Reason.DNS
    found = _observe(Lookup(key="dns", hop=Hop.SERVICE, host=host))
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
    assert _exchange(_request(server.url), network).source == "127.64.3.7"
    assert _connect(server.url, network).failure is None
    server.wait_for_clients("127.64.3.7", 2)


@pytest.mark.parametrize("source", ["203.0.113.7", "::1", "not-an-address"])
def test_a_source_address_that_cannot_be_used_is_told(server: HostileServer, source: str) -> None:
    network = Network(source=source)
    failures = [_exchange(_request(server.url), network).failure, _connect(server.url, network).failure]
    assert [failure and failure.reason for failure in failures] == [Reason.SOURCE, Reason.SOURCE]


def test_nothing_listens() -> None:
    port = _free_port()
    assert _connect(f"http://127.0.0.1:{port}").failure.reason is Reason.REFUSED  # type: ignore[union-attr]
    exchange = _exchange(_request(f"http://127.0.0.1:{port}"))
    assert str(exchange.failure) == "refused: connection refused"
    assert exchange.address == "127.0.0.1"
    assert exchange.attempts == ()


def test_a_refused_connection_is_tried_again_only_where_asked_and_is_listed() -> None:
    port = _free_port()
    exchange = _exchange(_request(f"http://127.0.0.1:{port}", connect_attempts=3))
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
        port = _free_port()
        asking = asyncio.create_task(
            observe(_request(f"http://127.0.0.1:{port}", connect_attempts=8), Network())
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
    exchange = _exchange(_request(server.url, "/hang-up", connect_attempts=5))
    assert exchange.failure is not None
    assert exchange.failure.reason is Reason.PROTOCOL
    assert server.clients.total() == before + 1


def test_the_next_address_is_tried_where_one_refuses(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolve_to(monkeypatch, "127.0.0.2", "127.0.0.1")
    url = f"http://twice.test:{_port(server)}"
    exchange = _exchange(_request(url))
    assert exchange.failure is None
    assert exchange.address == "127.0.0.1"
    assert [attempt.address for attempt in exchange.attempts] == ["127.0.0.2"]
    assert _connect(url).address == "127.0.0.1"


def test_an_address_that_never_answers_leaves_time_for_the_next(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolve_to(monkeypatch, "127.0.0.2", "127.0.0.1")
    with _full_backlog("127.0.0.2", _port(server)):
        url = f"http://twice.test:{_port(server)}"
        exchange = _exchange(_request(url))
        assert exchange.failure is None, exchange.failure
        assert [str(attempt.failure) for attempt in exchange.attempts] == [
            "timeout: no connection within 500ms"
        ]
        assert _connect(url).address == "127.0.0.1"


def test_a_server_that_takes_no_connection_is_a_timeout() -> None:
    with _full_backlog("127.0.0.2", 0) as port:
        begun = time.perf_counter()
        network = Network(connect=timedelta(seconds=0.2), total=timedelta(seconds=2))
        failures = [
            _exchange(_request(f"http://127.0.0.2:{port}"), network).failure,
            _connect(f"http://127.0.0.2:{port}", network).failure,
        ]
        assert time.perf_counter() - begun < 0.9
    assert list(map(str, failures)) == ["timeout: no connection within 200ms"] * 2


def test_proxies_of_the_process_environment_are_ignored(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{_free_port()}")
    assert _exchange(_request(server.url)).failure is None


def test_proxies_are_used_where_somebody_asks(server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "direct.test")
    asked = Network(proxies=True, hosts={"direct.test": "127.0.0.1"})
    line, _ = _sent("http://far.invalid", network=asked)
    assert line == "GET http://far.invalid/echo HTTP/1.1"
    line, _ = _sent(f"http://direct.test:{_port(server)}", network=asked)
    assert line == "GET /echo HTTP/1.1"
    monkeypatch.setenv("http_proxy", "socks5://someone:MARKED@127.0.0.1:1")
    with pytest.raises(UsageError, match="HTTP_PROXY") as told:
        _sent("http://far.invalid", network=asked)
    assert "MARKED" not in str(told.value)


def test_credentials_do_not_follow_a_redirect_to_another_server(server: HostileServer) -> None:
    with HostileServer() as other:
        login = {"username": "someone", "password": "MARKED", "headers": (("Cookie", "session=MARKED"),)}
        onward = f"/redirect-to?{other.url.replace('http://', 'http://them:THEIRS@')}/echo"
        exchange = _exchange(_request(server.url, onward, follow_redirects=True, **login))
        assert exchange.redirects == (f"{other.url}/echo",)
        assert exchange.response is not None
        text = exchange.response.text()
        assert text.startswith("GET /echo HTTP/1.1")
        assert f"Host: {other.url.removeprefix('http://')}\r\n" in text
        assert "Authorization" not in text
        assert "MARKED" not in text
        assert "THEIRS" not in text
        assert f"X-Request-ID: {exchange.request_id}" in text
        same = _exchange(_request(server.url, "/redirect-to?/echo", follow_redirects=True, **login))
        assert same.response is not None
        assert "Authorization: Basic " in same.response.text()


def test_a_redirect_to_another_server_is_not_followed_where_none_is_wanted(server: HostileServer) -> None:
    with HostileServer() as other:
        within = {"follow_redirects": True, "within_origin": True}
        onward = _exchange(_request(server.url, f"/redirect-to?{other.url}/echo", **within))
        assert onward.response is not None
        assert (onward.response.status, onward.redirects) == (302, ())
        assert onward.response.header("Location") == f"{other.url}/echo"
        same = _exchange(_request(server.url, "/redirect-to?/echo", **within))
        assert same.response is not None
        assert (same.response.status, same.redirects) == (200, (f"{server.url}/echo",))


def test_an_unknown_kind_of_observable_is_a_defect() -> None:
    class Other(Observable):
        sees = Seen

    with pytest.raises(TypeError, match="Other"):
        _observe(Other(key="other", hop=Hop.STORE))


def test_what_runs_out_on_this_machine_is_no_fact_about_the_stack(server: HostileServer) -> None:
    program = f"""if True:
        import asyncio, os, resource
        from atalaia.environment.url import parse_url
        from atalaia.exchange.client import Client
        from atalaia.exchange.hop import Hop
        from atalaia.exchange.network import Network
        from atalaia.exchange.observable import HttpRequest
        url = parse_url({server.url!r}, frozenset({{"http"}}))
        async def main():
            request = HttpRequest(key="k", hop=Hop.SERVICE, url=url, target="/ok")
            async with Client(Network()) as client:
                resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
                held = []
                try:
                    while True:
                        held.append(open(os.devnull))
                except OSError:
                    pass
                await client.exchange(request)
        asyncio.run(main())
    """
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=10, check=False
    )
    assert run.returncode == 1
    assert "NotMeasured: no connection could be opened from this machine; found too many open" in run.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
