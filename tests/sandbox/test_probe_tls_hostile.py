"""Whatever a server does in TLS, a probe ends in time, says what was wrong, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import ssl
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from atalaia.environment.url import parse_url
from atalaia.exchange import kernel_times
from atalaia.exchange.failure import Reason
from atalaia.exchange.network import Network
from atalaia.exchange.request import Request
from atalaia.exchange.step import Step
from atalaia.exchange.timed import Timed, send
from tests.support.certificates import Authorities, issue
from tests.support.hostile_tls import AMPLE, SHAKEN, SHORT, SPOKEN, UNSPOKEN, WHOLE, answering, asked
from tests.support.talking import Talk, speaking, talking

OLD, NEW = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    return Authorities(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def leaf(authorities: Authorities) -> Path:
    return authorities.leaf(authorities.middle)


def _spoken(does: Callable[[Talk], None], context: ssl.SSLContext) -> Callable[[socket.socket], None]:
    return lambda client: does(Talk(client, context))


async def _send(port: int, ca: Path, limits: tuple[float, float], body: bytes | None = None) -> Timed:
    connect, total = (timedelta(seconds=each) for each in limits)
    network = Network(connect=connect, total=total, hosts={"front.test": "127.0.0.1"}, ca=ca)
    url = parse_url(f"https://front.test:{port}", frozenset({"https"}))
    request = Request(method="POST" if body else "GET", url=url, target="/", body=body)
    return await send(Step.first(request, network), network)


def _probe(
    converse: Callable[[socket.socket], None],
    ca: Path,
    limits: tuple[float, float] = AMPLE,
    body: bytes | None = None,
) -> Timed:
    with talking(converse) as port:
        timed = asyncio.run(_send(port, ca, limits, body))
    assert all(seconds >= 0 for seconds in timed.phases.values())
    assert sum(timed.phases.values()) <= timed.elapsed
    assert timed.elapsed < limits[1] + 0.5
    return timed


@pytest.mark.parametrize("version", [OLD, NEW], ids=["1.2", "1.3"])
@pytest.mark.parametrize("name", SPOKEN)
def test_what_is_told_of_who_speaks_tls(
    authorities: Authorities, leaf: Path, name: str, version: ssl.TLSVersion
) -> None:
    case = SPOKEN[name]
    timed = _probe(_spoken(case.does, speaking(leaf, version)), authorities.ca, case.limits, case.request)
    assert (timed.failure and timed.failure.reason) == case.reason, timed.failure
    if case.words:
        assert timed.failure
        assert timed.failure.detail == case.words
    assert set(timed.phases) == case.phases
    if "processing" in case.phases:
        assert timed.response
        assert len(timed.response.body) == case.body


@pytest.mark.parametrize("name", UNSPOKEN)
def test_what_is_told_of_who_does_not(authorities: Authorities, name: str) -> None:
    does, reason, words = UNSPOKEN[name]
    timed = _probe(does, authorities.ca, SHORT)
    assert timed.failure
    assert (timed.failure.reason, words and timed.failure.detail) == (reason, words)
    assert set(timed.phases) == {"connect"}


def test_hands_are_shaken_in_a_second_attempt(authorities: Authorities, leaf: Path) -> None:
    context = speaking(leaf)
    context.set_ecdh_curve("secp384r1")  # of which the client sends no share at first
    assert set(_probe(_spoken(answering(), context), authorities.ca).phases) == WHOLE


@pytest.mark.parametrize(("version", "phases"), [(OLD, {"connect"}), (NEW, SHAKEN)], ids=["1.2", "1.3"])
def test_who_wants_a_certificate_of_ours_refuses(
    authorities: Authorities, leaf: Path, version: ssl.TLSVersion, phases: set[str]
) -> None:
    context = speaking(leaf, version)
    context.load_verify_locations(authorities.ca)
    context.verify_mode = ssl.CERT_REQUIRED

    def does(talk: Talk) -> None:
        try:
            asked(talk)
        finally:
            talk.send(talk.words())

    timed = _probe(_spoken(does, context), authorities.ca)
    assert timed.failure
    assert timed.failure.reason is Reason.TLS
    assert set(timed.phases) == phases


@pytest.mark.parametrize(("more", "reason"), [(40, None), (260, Reason.TLS)])
def test_a_chain_of_several_records_is_read_to_100_kb(
    authorities: Authorities, more: int, reason: Reason | None
) -> None:
    other = issue("nobody's " + "x" * 50)
    long = authorities.leaf(authorities.middle, *[other] * more)
    timed = _probe(_spoken(answering(), speaking(long)), authorities.ca)
    assert (timed.failure and timed.failure.reason) == reason


def test_who_is_not_trusted_is_told_so(authorities: Authorities) -> None:
    told: list[str] = []

    def does(talk: Talk) -> None:
        try:
            talk.shake_hands()
        except ssl.SSLError as error:
            told.append(error.reason)

    alone = issue("leaf", hosts=("front.test",)).write(authorities.directory / "alone.pem")
    timed = _probe(_spoken(does, speaking(alone)), authorities.ca)
    assert timed.refused
    assert len(told) == 1
    assert "UNKNOWN_CA" in told[0]


def test_who_sends_a_forged_record_is_told_so(authorities: Authorities, leaf: Path) -> None:
    told: list[str] = []

    def does(talk: Talk) -> None:
        asked(talk)
        talk.send(b"\x17\x03\x03\x00\x20" + b"z" * 32)
        try:
            talk.hear()
        except ssl.SSLError as error:
            told.append(error.reason)

    timed = _probe(_spoken(does, speaking(leaf)), authorities.ca)
    assert timed.failure
    assert timed.failure.reason is Reason.TLS
    assert len(told) == 1
    assert "BAD_RECORD_MAC" in told[0]


def test_a_renewed_certificate_is_not_the_one_before(authorities: Authorities) -> None:
    expiries = []
    for days in (10, 20, 10):
        renewed = authorities.leaf(authorities.middle, days=(-1, days))
        timed = _probe(_spoken(answering(), speaking(renewed)), authorities.ca)
        assert timed.tls
        expiries.append(timed.tls.expiry)
        assert timed.tls.expiry == pytest.approx(time.time() + days * 86400, abs=60)
    assert expiries[0] != expiries[1] != expiries[2]


def test_hundreds_that_are_late_at_once_leave_nothing_behind(authorities: Authorities, leaf: Path) -> None:
    """Their handshakes are being computed, or wait for it, when their time is over."""
    context = speaking(leaf)

    async def together(port: int, seconds: float) -> list[Timed]:
        one = (seconds, seconds)
        return await asyncio.gather(*(_send(port, authorities.ca, one) for _ in range(150)))

    with talking(_spoken(answering(), context)) as port:
        asyncio.run(_send(port, authorities.ca, AMPLE))
        gc.collect()
        before = len(os.listdir("/proc/self/fd"))
        late = [asyncio.run(together(port, seconds)) for seconds in (0.1, 0.2)]
        assert any(timed.failure for timed in late[0])
        assert {t.failure.reason for many in late for t in many if t.failure} == {Reason.TIMEOUT}
        assert asyncio.run(_send(port, authorities.ca, AMPLE)).failure is None
    assert len(os.listdir("/proc/self/fd")) <= before


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_makes_no_phase_negative(
    authorities: Authorities, leaf: Path, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = time.time
    monkeypatch.setattr(kernel_times.time, "time", lambda: clock() + hours * 3600)
    timed = _probe(_spoken(answering(), speaking(leaf)), authorities.ca)
    assert timed.failure is None
    assert set(timed.phases) == WHOLE


def test_where_the_kernel_tells_nothing_all_is_measured(
    authorities: Authorities, leaf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_times, "_TOLD", False)
    timed = _probe(_spoken(answering(), speaking(leaf)), authorities.ca)
    assert timed.failure is None
    assert set(timed.phases) == WHOLE
