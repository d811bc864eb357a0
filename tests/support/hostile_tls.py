"""What servers may do in TLS, or in its place, and what a probe must tell of each."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from atalaia.exchange.failure import Reason
from tests.support.talking import Talk, listen, reset

AMPLE = (10.0, 10.0)
"""Seconds to connect and to shake hands, each; and for all of it."""
SHORT = (0.3, 0.7)
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


def asked(talk: Talk) -> None:
    """Shake hands, and hear the request."""
    talk.shake_hands()
    talk.hear()


def answering(*, piece: int = 65536) -> Callable[[Talk], None]:
    """As a server should, sent in pieces of so many bytes."""

    def does(talk: Talk) -> None:
        talk.shake_hands(piece)
        talk.hear()
        talk.send(talk.seal(OK), piece)

    return does


def _saying(text: bytes, then: Callable[[Talk], None]) -> Callable[[Talk], None]:
    def does(talk: Talk) -> None:
        asked(talk)
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
    asked(talk)
    text = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000
    talk.send(b"".join(talk.seal(text[at : at + 1]) for at in range(len(text))))
    listen(talk.client)


def _unheard(talk: Talk) -> None:
    """Answers after the first words of a long request, and hangs up."""
    asked(talk)
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
    "as it should be": Case(answering()),
    "byte by byte": Case(answering(piece=1)),
    "half a greeting, then nothing": Case(_half_and_wait, Reason.TIMEOUT, LATE, {"connect"}, limits=SHORT),
    "a greeting too slow": Case(_slowly, Reason.TIMEOUT, LATE, {"connect"}, limits=SHORT),
    "half a greeting, then the end": Case(_half, Reason.TLS, "", {"connect"}),
    "half a greeting, then a reset": Case(_half_and_reset, Reason.TLS, CUT, {"connect"}),
    "no answer": Case(asked, Reason.PROTOCOL, "the server hung up", SHAKEN),
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
