"""Every address of a name is probed for itself: 127.0.0.2 does, and 127.0.0.3 does not."""

from __future__ import annotations

import asyncio
import http.server
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from atalaia.environment.url import Url, parse_url
from atalaia.exchange import network as names
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.request import Request
from probes.kinds.http import Http
from probes.kinds.tcp import Tcp
from probes.model import Attempt, Planned, Reason
from probes.runner import run_all


class _Ok(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("X-Host", self.headers["Host"])
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[Url]:
    """A name with three addresses, as a resolver would tell it; two of them are served."""

    async def look_up(host: str) -> tuple[tuple[str, ...], float]:
        assert host == "many.test"
        return ("127.0.0.2", "127.0.0.3", "127.0.0.4"), time.perf_counter()

    monkeypatch.setattr(names, "_look_up", look_up)
    first = http.server.ThreadingHTTPServer(("127.0.0.2", 0), _Ok)
    port = first.server_address[1]
    second = http.server.ThreadingHTTPServer(("127.0.0.4", port), _Ok)
    for server in (first, second):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield parse_url(f"http://many.test:{port}", frozenset({"http"}))
    for server in (first, second):
        server.shutdown()
        server.server_close()


def _attempt(parameters: Any) -> Attempt:
    planned = Planned(
        name="many",
        kind=type(parameters).__name__.lower(),
        instance="many",
        hop=Hop.SERVICE,
        interval=timedelta(seconds=60),
        timeout=timedelta(seconds=5),
        parameters=parameters,
    )
    (result,) = asyncio.run(run_all([planned], Network()))
    return result.last


def _http(url: Url, **more: Any) -> Http:
    return Http(Request(url=url, target="/"), **more)


@pytest.mark.parametrize("kind", [Tcp, _http])
@pytest.mark.parametrize(
    ("quorum", "reason"), [(None, Reason.QUORUM), (3, Reason.QUORUM), (2, None), (1, None)]
)
def test_so_many_addresses_must_do(url: Url, kind: Any, quorum: int | None, reason: Reason | None) -> None:
    attempt = _attempt(kind(url, fan_out=True, quorum=quorum))
    assert attempt.reason == reason, attempt.detail
    assert attempt.facts["atalaia_probe_addresses"] == 3
    assert attempt.facts["atalaia_probe_addresses_successful"] == 2
    assert ("127.0.0.3" in attempt.detail) is (reason is not None)
    assert attempt.shown["addresses"].keys() == {"127.0.0.2", "127.0.0.3", "127.0.0.4"}


def test_without_it_one_address_that_answers_is_enough(url: Url) -> None:
    attempt = _attempt(_http(url))
    assert attempt.success
    assert attempt.shown["address"] == "127.0.0.2"
    assert dict(attempt.shown["response"]["headers"])["X-Host"] == url.authority
