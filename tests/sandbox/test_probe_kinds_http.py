"""HTTP probes against servers that do whatever a server can do: in time, and with the reason."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from atalaia.environment.url import Url, parse_url
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.request import Request
from probes.expected import Expected
from probes.kinds.http import Http
from probes.model import Attempt, Planned, Reason
from probes.runner import run_all
from tests.support.hostile import BEHAVIOURS, HostileServer
from tests.support.standins import free_ports

TIMEOUT = timedelta(seconds=0.6)
GRACE = 0.4
CAP = 2**20
MEMORY = 8 * 2**20

ENDS = {
    "ok": None,
    "echo": None,
    "drip-body": Reason.TIMEOUT,
    "drip-header": Reason.TIMEOUT,
    "silent": Reason.TIMEOUT,
    "endless-interim": Reason.PROTOCOL,
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
    "redirects/3": None,
    "redirects/100": Reason.REDIRECTS,
    "redirect-loop": Reason.REDIRECTS,
    "redirect-to?gopher://127.0.0.1/": Reason.REDIRECTS,
    "redirect-to?http://[broken/": Reason.REDIRECTS,
    "endless-body": None,
    "endless-chunks": None,
    "gzip-bomb": None,
    "deflate-bomb": None,
}
"""What a server does → the reason of the failure; None: it is answered."""


@pytest.fixture(scope="module")
def hostile() -> Iterator[HostileServer]:
    with HostileServer() as server:
        yield server


def _url(text: str) -> Url:
    return parse_url(text, frozenset({"http", "https"}))


def _planned(
    url: str, target: str, timeout: timedelta = TIMEOUT, *, more: Any = None, **http: Any
) -> Planned:
    request = Request(url=_url(url), target=target, follow_redirects=True, **(more or {}))
    return Planned(
        name=target,
        kind="http",
        instance=url + target,
        hop=Hop.SERVICE,
        interval=timedelta(seconds=60),
        timeout=timeout,
        parameters=Http(request, **http),
    )


def _probe(planned: Planned, network: Network | None = None) -> Attempt:
    (result,) = asyncio.run(run_all([planned], network or Network()))
    return result.last


def test_every_behaviour_of_the_server_is_tried() -> None:
    assert {path.split("/")[0].split("?")[0] for path in ENDS} == set(BEHAVIOURS)


@pytest.mark.parametrize("path", ENDS)
def test_the_probe_ends_in_time_with_the_reason(hostile: HostileServer, path: str) -> None:
    timeout = TIMEOUT if ENDS[path] is Reason.TIMEOUT else timedelta(seconds=5)
    attempt = _probe(
        _planned(hostile.url, f"/{path}", timeout, more={"headers": (("Accept-Encoding", "gzip"),)})
    )
    assert attempt.reason == ENDS[path], attempt.detail
    assert attempt.success is (ENDS[path] is None)
    assert bool(attempt.detail) is (ENDS[path] is not None)
    assert attempt.duration < timeout.total_seconds() + GRACE
    assert "connect" in attempt.phases
    assert "tls" not in attempt.phases
    assert "resolve" not in attempt.phases


@pytest.mark.parametrize("path", ["endless-body", "gzip-bomb", "endless-headers", "huge-header", "drip-body"])
def test_memory_stays_bounded(hostile: HostileServer, path: str) -> None:
    _probe(_planned(hostile.url, "/ok"))  # what is loaded once is not counted
    gc.collect()
    tracemalloc.start()
    try:
        _probe(_planned(hostile.url, f"/{path}"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MEMORY


def test_of_a_slow_answer_only_what_was_reached_is_measured(hostile: HostileServer) -> None:
    silent = _probe(_planned(hostile.url, "/silent"))
    assert silent.phases.keys() == {"connect"}
    assert silent.detail.endswith("which passed while waiting for the answer")
    dripping = _probe(_planned(hostile.url, "/drip-body"))
    assert dripping.phases.keys() == {"connect", "processing"}
    assert dripping.facts["probe_http_status_code"] == 200


def test_a_port_that_nobody_listens_on_is_refused() -> None:
    (port,) = free_ports(1)
    attempt = _probe(_planned(f"http://127.0.0.1:{port}", "/"))
    assert (attempt.reason, attempt.phases) == (Reason.REFUSED, {})
    assert "probe_http_status_code" not in attempt.facts
    assert attempt.facts["probe_ip_protocol"] == 4


def test_a_name_that_does_not_resolve_is_told_as_that() -> None:
    attempt = _probe(_planned("http://nobody.invalid", "/"))
    assert attempt.reason is Reason.DNS
    assert attempt.facts == {}


def test_a_good_answer_is_told_by_the_names_that_dashboards_know(hostile: HostileServer) -> None:
    attempt = _probe(_planned(hostile.url, "/ok", health=True))
    assert attempt.success
    assert attempt.phases.keys() == {"connect", "processing", "transfer"}
    assert sum(attempt.phases.values()) <= attempt.duration
    assert attempt.facts == {
        "probe_ip_protocol": 4.0,
        "probe_ip_addr_hash": 3668918509.0,
        "probe_http_redirects": 0.0,
        "probe_http_status_code": 200.0,
        "probe_http_version": 1.1,
        "probe_http_ssl": 0.0,
        "probe_http_content_length": 15.0,
        "probe_http_uncompressed_body_length": 15.0,
    }


def test_redirects_are_counted_and_their_phases_added(hostile: HostileServer) -> None:
    attempt = _probe(_planned(hostile.url, "/redirects/3"))
    assert attempt.facts["probe_http_redirects"] == 4
    assert attempt.facts["probe_http_status_code"] == 200


def test_credentials_are_sent_and_never_shown(hostile: HostileServer) -> None:
    more = {"username": "ops", "password": "s3cr3t-word"}
    attempt = _probe(
        _planned(hostile.url, "/echo", more=more, expected=Expected(body="Authorization: Basic "))
    )
    assert attempt.success, attempt.detail
    assert "Basic" not in str(attempt.shown["request"])


def test_what_a_server_echoes_of_a_secret_is_redacted(hostile: HostileServer) -> None:
    from atalaia.redaction import Redactor

    planned = _planned(
        hostile.url,
        "/echo",
        more={"headers": (("X-Key", "s3cr3t-word"),)},
        expected=Expected(status=(204,)),
    )
    (result,) = asyncio.run(run_all([planned], Network(), redactor=Redactor(["s3cr3t-word"])))
    assert result.last.reason is Reason.STATUS
    assert "s3cr3t-word" not in repr((result.last.detail, result.last.shown))
    assert "[redacted]" in repr(result.last.shown)


def test_one_that_takes_for_ever_holds_up_none_of_five_hundred(hostile: HostileServer) -> None:
    slow = _planned(hostile.url, "/silent", timedelta(seconds=8))
    quick = [_planned(hostile.url, "/ok", timedelta(seconds=8)) for _ in range(500)]
    ended: list[str] = []
    results = asyncio.run(
        run_all([slow, *quick], Network(), on_result=lambda result: ended.append(result.planned.name))
    )
    assert [result.success for result in results] == [False] + [True] * 500
    assert ended == ["/ok"] * 500 + ["/silent"]
