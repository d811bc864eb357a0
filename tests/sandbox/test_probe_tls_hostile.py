"""Whatever a server does in TLS, a probe ends in time, says what was wrong, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
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
from tests.support.talking import Talk, listen, reset, speaking, talking

AMPLE = (10.0, 10.0)
"""Seconds to connect and to shake hands, each; and for all of it."""
SHORT = (0.3, 0.7)
OLD, NEW = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
TOO_LARGE = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"
CUT = "the connection was cut during the handshake"
SHAKEN = {"connect", "tls"}
BEGUN = {*SHAKEN, "processing"}
WHOLE = {*BEGUN, "transfer"}


@dataclass(frozen=True)
class Case:
    """What a server does with a client, and what the probe must tell of it."""

    does: Callable[[Talk], None]
    reason: Reason | None = None
    words: str = ""
    """All of them, where they are ours; OpenSSL's own differ by its version."""
    phases: frozenset[str] | set[str] = frozenset(WHOLE)
    body: int = 2
    """Bytes of the answer's."""
    request: bytes | None = None
    limits: tuple[float, float] = AMPLE


def _half(talk: Talk) -> None:
    talk.greet()
    words = talk.words()
    talk.send(words[: len(words) // 2])


def _half_and_reset(talk: Talk) -> None:
    _half(talk)
    time.sleep(0.05)
    reset(talk.client)


def _half_and_wait(talk: Talk) -> None:
    _half(talk)
    listen(talk.client)


def _slowly(talk: Talk) -> None:
    talk.greet()
    for byte in talk.words():
        talk.send(bytes([byte]))
        time.sleep(0.01)


def _asked(talk: Talk) -> None:
    talk.shake_hands()
    talk.hear()


def _answering(*, piece: int = 65536) -> Callable[[Talk], None]:
    def does(talk: Talk) -> None:
        talk.shake_hands(piece)
        talk.hear()
        talk.send(talk.seal(OK), piece)

    return does


def _saying(text: bytes, then: Callable[[Talk], None]) -> Callable[[Talk], None]:
    def does(talk: Talk) -> None:
        _asked(talk)
        talk.send(talk.seal(text))
        then(talk)

    return does


def _cut_record(talk: Talk) -> None:
    talk.send(talk.seal(OK)[:-5])


def _reset(talk: Talk) -> None:
    time.sleep(0.05)
    reset(talk.client)


def _before_it_is_asked(talk: Talk) -> None:
    while not talk.greet():
        talk.send(talk.words())
    talk.send(talk.words() + talk.seal(OK))
    listen(talk.client)


def _in_records_of_one_byte(talk: Talk) -> None:
    _asked(talk)
    text = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000
    talk.send(b"".join(talk.seal(text[at : at + 1]) for at in range(len(text))))
    listen(talk.client)


def _unheard(talk: Talk) -> None:
    """Answers after the first words of a long request, and hangs up."""
    _asked(talk)
    talk.send(talk.seal(TOO_LARGE))
    time.sleep(0.1)


def _deaf(talk: Talk) -> None:
    talk.shake_hands()
    time.sleep(SHORT[1] + 0.2)


PART = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
UNTIL_THE_END = b"HTTP/1.1 200 OK\r\n\r\nabc"
MIB = b"HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n" + b"x" * 2**20
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2**21
LATE = "no TLS handshake within 300ms"
IN_BODY = "the server hung up in the answer's body"

SPOKEN = {
    "as it should be": Case(_answering()),
    "byte by byte": Case(_answering(piece=1)),
    "half a greeting, then nothing": Case(_half_and_wait, Reason.TIMEOUT, LATE, {"connect"}, limits=SHORT),
    "a greeting too slow": Case(_slowly, Reason.TIMEOUT, LATE, {"connect"}, limits=SHORT),
    "half a greeting, then the end": Case(_half, Reason.TLS, "", {"connect"}),
    "half a greeting, then a reset": Case(_half_and_reset, Reason.TLS, CUT, {"connect"}),
    "no answer": Case(_asked, Reason.PROTOCOL, "the server hung up", SHAKEN),
    "half a record": Case(_saying(b"", _cut_record), Reason.PROTOCOL, "the server hung up", SHAKEN),
    "a reset for an answer": Case(_saying(b"", _reset), Reason.RESET, "connection reset by peer", SHAKEN),
    "half an answer": Case(_saying(PART, lambda _: None), Reason.PROTOCOL, IN_BODY, BEGUN, 0),
    "half an answer, and farewell": Case(
        _saying(PART, lambda talk: talk.send(talk.farewell())), Reason.PROTOCOL, IN_BODY, BEGUN, 0
    ),
    "half an answer, and a reset": Case(
        _saying(PART, _reset), Reason.RESET, "connection reset by peer", BEGUN, 0
    ),
    "plain words in an answer": Case(_saying(PART, lambda talk: talk.send(OK)), Reason.TLS, "", BEGUN, 0),
    "an answer until the end": Case(_saying(UNTIL_THE_END, lambda _: None), body=3),
    "… that is announced": Case(_saying(UNTIL_THE_END, lambda talk: talk.send(talk.farewell())), body=3),
    "an answer before it is asked": Case(_before_it_is_asked),
    "records of one byte": Case(_in_records_of_one_byte, body=5000),
    "a MiB": Case(_saying(MIB, lambda talk: listen(talk.client)), body=2**20),
    "more than is read": Case(_saying(ENDLESS, lambda talk: listen(talk.client)), body=2**20),
    "a refusal before all was heard": Case(_unheard, request=b"b" * 2**23),
    "deaf": Case(
        _deaf,
        Reason.TIMEOUT,
        "no whole answer within 700ms, which passed while waiting for the answer",
        SHAKEN,
        request=b"b" * 2**23,
        limits=SHORT,
    ),
}


def _for_ever(words: bytes) -> Callable[[socket.socket], None]:
    def does(client: socket.socket) -> None:
        client.recv(65536)
        while True:
            client.sendall(words)

    return does


def _once(words: bytes) -> Callable[[socket.socket], None]:
    def does(client: socket.socket) -> None:
        client.recv(65536)
        client.sendall(words)

    return does


HELLO_REQUEST = b"\x16\x03\x03\x00\x04\0\0\0\0"
"""RFC 5246, 7.4.1.1: may be sent at any time, and is ignored in a handshake."""
UNSPOKEN = {
    "a reset": (lambda client: client.recv(1) and reset(client), Reason.TLS, CUT),
    "the end": (_once(b""), Reason.TLS, ""),
    "plain HTTP": (_once(OK), Reason.TLS, ""),
    "a refusal": (_once(b"\x15\x03\x03\x00\x02\x02\x28"), Reason.TLS, ""),
    "warnings without end": (_for_ever(b"\x15\x03\x03\x00\x02\x01\x70" * 1000), Reason.TLS, ""),
    "empty records without end": (_for_ever(b"\x16\x03\x03\x00\x00" * 1000), Reason.TLS, ""),
    "an endless word": (_for_ever(b"\x16\x03\x03\x40\x00\x02\xff\xff\xff" + b"a" * 16380), Reason.TLS, ""),
    "requests to begin, without end": (_for_ever(HELLO_REQUEST * 1000), Reason.TIMEOUT, LATE),
}


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
    assert set(_probe(_spoken(_answering(), context), authorities.ca).phases) == WHOLE


@pytest.mark.parametrize(("version", "phases"), [(OLD, {"connect"}), (NEW, SHAKEN)], ids=["1.2", "1.3"])
def test_who_wants_a_certificate_of_ours_refuses(
    authorities: Authorities, leaf: Path, version: ssl.TLSVersion, phases: set[str]
) -> None:
    context = speaking(leaf, version)
    context.load_verify_locations(authorities.ca)
    context.verify_mode = ssl.CERT_REQUIRED

    def does(talk: Talk) -> None:
        try:
            _asked(talk)
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
    timed = _probe(_spoken(_answering(), speaking(long)), authorities.ca)
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


def test_a_renewed_certificate_is_not_the_one_before(authorities: Authorities) -> None:
    expiries = []
    for days in (10, 20, 10):
        renewed = authorities.leaf(authorities.middle, days=(-1, days))
        timed = _probe(_spoken(_answering(), speaking(renewed)), authorities.ca)
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

    with talking(_spoken(_answering(), context)) as port:
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
    timed = _probe(_spoken(_answering(), speaking(leaf)), authorities.ca)
    assert timed.failure is None
    assert set(timed.phases) == WHOLE


def test_where_the_kernel_tells_nothing_all_is_measured(
    authorities: Authorities, leaf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_times, "_TOLD", False)
    timed = _probe(_spoken(_answering(), speaking(leaf)), authorities.ca)
    assert timed.failure is None
    assert set(timed.phases) == WHOLE
