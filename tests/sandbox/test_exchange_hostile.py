"""Whatever a server does, an exchange ends in time, in little memory, and says what was wrong."""

from __future__ import annotations

import asyncio
import gc
import os
import time
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta

import pytest

from atalaia.environment.url import Url, parse_url
from atalaia.exchange.client import Client
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.observable import Connect, Handshake, HttpRequest
from atalaia.exchange.observe import observe
from atalaia.exchange.trust import verifying
from tests.support.hostile import BEHAVIOURS, HostileServer

TOTAL = timedelta(seconds=0.6)
GRACE = 0.5
CAP = 2**20
MEMORY = 8 * 2**20
"""Of this process, in which the server has its own buffers, too."""

ENDS = {
    "ok": None,
    "echo": None,
    "drip-body": Reason.TIMEOUT,
    "drip-header": Reason.TIMEOUT,
    "endless-interim": Reason.TIMEOUT,
    "silent": Reason.TIMEOUT,
    "invalid-header": Reason.PROTOCOL,
    "control-characters": Reason.PROTOCOL,
    "echoing-header": Reason.PROTOCOL,
    "echoing-status": Reason.PROTOCOL,
    "endless-headers": Reason.PROTOCOL,
    "huge-header": Reason.PROTOCOL,
    "two-lengths": Reason.PROTOCOL,
    "cut": Reason.PROTOCOL,
    "cut-chunk": Reason.PROTOCOL,
    "bad-chunks": Reason.PROTOCOL,
    "not-gzip": Reason.PROTOCOL,
    "half-gzip": Reason.PROTOCOL,
    "hang-up": Reason.PROTOCOL,
    "garbage": Reason.PROTOCOL,
    "binary": Reason.PROTOCOL,
    "reset": Reason.RESET,
    "reset-in-body": Reason.RESET,
    "redirects/100": Reason.REDIRECTS,
    "redirect-loop": Reason.REDIRECTS,
    "redirect-to?gopher://127.0.0.1/": Reason.REDIRECTS,
    "redirect-to?http://[broken/": Reason.REDIRECTS,
}
CUT = ("endless-body", "endless-chunks", "gzip-bomb", "deflate-bomb")


@pytest.fixture(scope="module")
def hostile() -> Iterator[HostileServer]:
    with HostileServer() as server:
        yield server


def _url(text: str) -> Url:
    return parse_url(text, frozenset({"http", "https"}))


def _request(url: str, target: str, **more: object) -> HttpRequest:
    return HttpRequest(key=target, hop=Hop.SERVICE, url=_url(url), target=target, **more)


def _exchange(request: HttpRequest, network: Network | None = None) -> Exchange:
    async def ask() -> Exchange:
        async with Client(network or Network(total=TOTAL)) as client:
            return await client.exchange(request)

    return asyncio.run(ask())


def test_every_behaviour_of_the_server_is_tried() -> None:
    tried = {path.split("/")[0].split("?")[0] for path in (*ENDS, *CUT)}
    assert tried == set(BEHAVIOURS)


@pytest.mark.parametrize("path", ENDS)
def test_the_exchange_ends_in_time_with_the_reason(hostile: HostileServer, path: str) -> None:
    total = TOTAL if ENDS[path] is Reason.TIMEOUT else timedelta(seconds=3)
    request = _request(hostile.url, f"/{path}", follow_redirects=True)
    begun = time.perf_counter()
    exchange = _exchange(request, Network(total=total))
    assert time.perf_counter() - begun < total.total_seconds() + GRACE
    assert (exchange.failure.reason if exchange.failure else None) == ENDS[path], exchange.failure
    assert exchange.failure is None or exchange.failure.detail


def test_a_request_may_be_more_patient_than_the_environment(hostile: HostileServer) -> None:
    ended = _exchange(_request(hostile.url, "/silent", patience=0.4), Network(total=timedelta(seconds=0.1)))
    assert ended.failure is not None
    assert ended.failure.detail.startswith("no whole answer within 400ms")
    assert 0.4 <= ended.elapsed < 0.4 + GRACE


@pytest.mark.parametrize("path", CUT)
def test_a_body_beyond_the_cap_is_cut_and_said_so(hostile: HostileServer, path: str) -> None:
    begun = time.perf_counter()
    network = Network(total=timedelta(seconds=5))
    exchange = _exchange(_request(hostile.url, f"/{path}", headers=(("Accept-Encoding", "gzip"),)), network)
    assert exchange.failure is None
    assert exchange.response is not None
    assert exchange.response.truncated
    assert len(exchange.response.body) == CAP
    assert time.perf_counter() - begun < 2


def test_a_request_may_ask_for_more_than_the_usual_cap(hostile: HostileServer) -> None:
    exchange = _exchange(_request(hostile.url, f"/{CUT[0]}", body_cap=3 * CAP), Network())
    assert exchange.response is not None
    assert exchange.response.truncated
    assert len(exchange.response.body) == 3 * CAP


@pytest.mark.parametrize("path", [*CUT, "endless-headers", "huge-header", "endless-interim", "drip-body"])
def test_memory_stays_bounded(hostile: HostileServer, path: str) -> None:
    _exchange(_request(hostile.url, "/ok"))  # what is loaded once is not counted
    gc.collect()
    tracemalloc.start()
    try:
        _exchange(_request(hostile.url, f"/{path}"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MEMORY


@pytest.mark.parametrize(
    ("path", "body"), [("cut", b"half"), ("cut-chunk", b"half"), ("reset-in-body", b"half")]
)
def test_what_came_before_the_failure_is_kept(hostile: HostileServer, path: str, body: bytes) -> None:
    exchange = _exchange(_request(hostile.url, f"/{path}"))
    assert exchange.failure is not None
    assert exchange.response is not None
    assert exchange.response.body == body
    assert exchange.response.header("X-Service") == "hostile"
    assert not exchange.response.truncated


def test_a_body_that_drips_is_kept_as_far_as_it_came(hostile: HostileServer) -> None:
    exchange = _exchange(_request(hostile.url, "/drip-body"))
    assert exchange.response is not None
    assert 2 <= len(exchange.response.body) <= 7
    assert exchange.failure is not None
    assert exchange.failure.detail == "no whole answer within 600ms, which passed while reading the body"
    assert exchange.phases.processing is not None
    assert exchange.phases.transfer is None, "the transfer never ended, so it was not measured"


def test_a_server_that_never_shakes_hands_is_a_timeout(hostile: HostileServer) -> None:
    mute = hostile.mute_url.replace("http://", "https://")
    verifying(None)  # reading the system's authorities, once a process, is not the server's time
    begun = time.perf_counter()
    exchange = _exchange(_request(mute, "/"), Network(connect=timedelta(seconds=0.3), total=TOTAL))
    assert time.perf_counter() - begun < 0.3 + GRACE
    assert exchange.failure is not None
    assert str(exchange.failure) == "timeout: no TLS handshake within 300ms"
    assert exchange.phases.connect is not None
    assert exchange.phases.tls is None


def test_a_hundred_redirects_are_followed_ten_times(hostile: HostileServer) -> None:
    exchange = _exchange(_request(hostile.url, "/redirects/100", follow_redirects=True))
    assert exchange.redirects == tuple(f"{hostile.url}/redirects/{left}" for left in range(99, 89, -1))
    assert exchange.failure is not None
    assert exchange.failure.detail == "more than 10 redirects"
    assert exchange.response is not None
    assert exchange.response.status == 302
    assert exchange.url == f"{hostile.url}/redirects/100"


def test_redirects_are_not_followed_unless_asked(hostile: HostileServer) -> None:
    exchange = _exchange(_request(hostile.url, "/redirects/3"))
    assert exchange.failure is None
    assert exchange.redirects == ()
    assert exchange.response is not None
    assert exchange.response.header("location") == "/redirects/2"


@pytest.mark.parametrize("path", ["/echoing-header", "/echoing-status", "/echo"])
def test_credentials_never_stand_in_a_failure(hostile: HostileServer, path: str) -> None:
    exchange = _exchange(
        _request(
            hostile.url.replace("http://", "http://someone:MARKED-URL@"),
            path,
            username="someone",
            password="MARKED-PASSWORD",
        )
    )
    told = f"{exchange.url} {exchange.failure} {exchange.attempts} {exchange.redirects} {exchange.request_id}"
    for secret in ("MARKED", "someone", "c29tZW9uZTpNQVJLRUQtUEFTU1dPUkQ"):
        assert secret not in told
    if path == "/echo":
        assert exchange.response is not None
        assert b"Authorization: Basic c29tZW9uZTpNQVJLRUQtUEFTU1dPUkQ=\r\n" in exchange.response.body


@pytest.mark.parametrize(
    "network",
    [
        Network(connect=timedelta(seconds=0.3), total=timedelta(seconds=1)),
        Network(connect=timedelta(seconds=1), total=timedelta(seconds=0.3)),
    ],
    ids=["ended by the connect deadline", "ended by the total deadline"],
)
def test_no_socket_is_left_open(hostile: HostileServer, network: Network) -> None:
    """Many exchanges at once that end in every way there is; their event loop lives on."""
    paths = [path for path in ENDS if "redirect" not in path]

    async def ask(client: Client, times: int) -> None:
        mute = _url(_https(hostile.mute_url))
        requests = [_request(hostile.url, f"/{path}") for path in paths]
        requests += [_request("http://127.0.0.1:1", "/"), _request(_https(hostile.mute_url), "/")]
        below = [
            Handshake(key="tls", hop=Hop.SERVICE, url=mute),
            Connect(key="tcp", hop=Hop.SERVICE, url=mute),
        ]
        await asyncio.gather(
            *(client.exchange(request) for request in requests * times),
            *(observe(observable, network) for observable in below * times),
        )

    async def left_open() -> int:
        async with Client(network) as client:
            await ask(client, 1)
            before = _descriptors()
            await ask(client, 5)
            deadline = time.monotonic() + 5
            while _descriptors() > before and time.monotonic() < deadline:
                await asyncio.sleep(0.02)  # the server, in this process, closes its ends a little later
            return _descriptors() - before

    assert asyncio.run(left_open()) <= 0


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def _https(url: str) -> str:
    return url.replace("http://", "https://")
