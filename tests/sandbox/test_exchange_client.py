"""What the client sends, and what it measures."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest

from atalaia import __version__
from atalaia.exchange.exchange import Exchanges
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.observable import HttpSequence, Observable
from atalaia.exchange.pressure import Pressure
from atalaia.exchange.seen import Seen
from tests.support.exchanging import exchanged, http_request, observed, port_of, sent
from tests.support.hostile import HostileServer


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


def test_what_is_sent_is_ours_and_no_more(server: HostileServer) -> None:
    line, headers = sent(server.url, network=Network(run="run-7"))
    assert line == "GET /echo HTTP/1.1"
    request_id = next(header for header in headers if header.startswith("X-Request-ID: "))
    assert len(request_id) == len("X-Request-ID: ") + 36
    assert headers == [
        f"Host: 127.0.0.1:{port_of(server)}",
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
    _, headers = sent(server.url, headers=mine)
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
    assert sent(server.url, target)[0] == f"GET {on_the_wire} HTTP/1.1"


def test_each_exchange_has_a_request_id_and_a_connection_of_its_own(server: HostileServer) -> None:
    before = server.clients["127.0.0.1"]
    steps = (http_request(server.url), http_request(server.url), http_request(server.url))
    seen = observed(HttpSequence(key="sequence", hop=Hop.SERVICE, steps=steps))
    assert isinstance(seen, Exchanges)
    assert len({exchange.request_id for exchange in seen.steps}) == 3
    assert all(exchange.phases.connect for exchange in seen.steps)
    assert server.clients["127.0.0.1"] == before + 3


def test_a_sequence_pauses_between_an_answer_and_the_next_request(server: HostileServer) -> None:
    steps = (http_request(server.url), http_request(server.url), http_request(server.url))
    seen = observed(HttpSequence(key="sequence", hop=Hop.SERVICE, steps=steps, pause=0.05))
    assert isinstance(seen, Exchanges)
    waited = [later.sent_at - former.sent_at - former.elapsed for former, later in pairwise(seen.steps)]
    assert len(waited) == 2
    assert min(waited) >= 0.045, "its clock of the day and that of the loop differ by little"


@pytest.mark.parametrize(("within", "rounds"), [(None, 1), (10.0, 1), (0.0, 3)])
def test_a_sequence_that_takes_too_long_is_sent_anew_up_to_three_times(
    server: HostileServer, within: float | None, rounds: int
) -> None:
    before = server.clients["127.0.0.1"]
    steps = (http_request(server.url), http_request(server.url))
    sequence = HttpSequence(
        key="sequence", hop=Hop.SERVICE, steps=steps, within=within, rounds=3, patience=0.0
    )
    seen = observed(sequence)
    assert isinstance(seen, Exchanges)
    assert len(seen.steps) == 2
    assert server.clients["127.0.0.1"] == before + 2 * rounds


@pytest.mark.parametrize(("busy", "least"), [(True, 4), (False, 3)])
def test_it_is_sent_for_longer_where_this_machine_is_busy(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch, busy: bool, least: int
) -> None:
    monkeypatch.setattr(Pressure, "busy", busy)
    before = server.clients["127.0.0.1"]
    steps = (http_request(server.url),)
    observed(HttpSequence(key="sequence", hop=Hop.SERVICE, steps=steps, within=0.0, patience=2.0))
    sent_in_all = server.clients["127.0.0.1"] - before
    assert sent_in_all >= least
    assert busy or sent_in_all == least


@pytest.mark.parametrize("target", ["/endless-body", "/hang-up", "/drip-body"])
def test_one_request_again_and_again_is_not_sent_again_where_none_is_answered_whole(
    server: HostileServer, target: str
) -> None:
    before = server.clients["127.0.0.1"]
    steps = (http_request(server.url, target), http_request(server.url), http_request(server.url))
    sequence = HttpSequence(key="sequence", hop=Hop.SERVICE, steps=steps, within=0.0, repeats=True)
    seen = observed(sequence)
    assert isinstance(seen, Exchanges)
    (step,) = seen.steps
    assert step.failure or (step.response and step.response.truncated)
    assert server.clients["127.0.0.1"] == before + 1


def test_headers_of_the_answer_keep_order_duplicates_and_case(server: HostileServer) -> None:
    response = exchanged(http_request(server.url)).response
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
    by_address = exchanged(http_request(server.url))
    assert by_address.phases.resolve is None
    assert by_address.phases.tls is None
    by_name = exchanged(http_request(server.url.replace("127.0.0.1", "localhost")))
    measured = [by_name.phases.resolve, by_name.phases.connect, by_name.phases.processing]
    measured.append(by_name.phases.transfer)
    assert all(phase is not None and phase >= 0 for phase in measured)
    assert sum(phase or 0 for phase in measured) <= by_name.elapsed
    silent = exchanged(http_request(server.url, "/silent"), Network(total=timedelta(seconds=0.2)))
    assert silent.phases.connect is not None
    assert silent.phases.processing is None


def test_an_unknown_kind_of_observable_is_a_defect() -> None:
    class Other(Observable):
        sees = Seen

    with pytest.raises(TypeError, match="Other"):
        observed(Other(key="other", hop=Hop.STORE))


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
