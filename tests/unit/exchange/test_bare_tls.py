"""TLS that is given bytes and gives bytes, against Python's own at the other end."""

from __future__ import annotations

import contextlib
import ssl
from pathlib import Path

import pytest

from atalaia.exchange.bare_tls import Tls
from atalaia.exchange.trust import verifying
from tests.support.certificates import Authorities


class Far:
    """The server's end."""

    def __init__(self, certificate: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)

    def answer(self, data: bytes) -> bytes:
        self.incoming.write(data)
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
        return self.outgoing.read()

    def said(self, text: bytes) -> bytes:
        self.tls.write(text)
        return self.outgoing.read()


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    return Authorities(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def ends(authorities: Authorities) -> tuple[Tls, Far]:
    """Both ends, hands shaken."""
    near, far = Tls(verifying(authorities.ca), "front.test"), Far(authorities.leaf(authorities.middle))
    assert not near.shake_hands()
    near.came(far.answer(near.to_send()))
    assert near.shake_hands()
    near.came(far.answer(near.to_send()))  # tickets for another time
    assert near.opened(100) is None
    return near, far


def test_what_was_sealed_is_read(ends: tuple[Tls, Far]) -> None:
    near, far = ends
    far.incoming.write(near.seal(b"question"))
    assert far.tls.read() == b"question"
    near.came(far.said(b"answer"))
    assert near.opened(100) == b"answer"
    assert near.opened(100) is None


def test_a_record_is_read_when_all_of_it_has_come(ends: tuple[Tls, Far]) -> None:
    near, far = ends
    record = far.said(b"answer")
    for byte in record[:-1]:
        near.came(bytes([byte]))
        assert near.opened(100) is None
    near.came(record[-1:])
    assert near.opened(100) == b"answer"


def test_more_than_is_wanted_at_once_stays(ends: tuple[Tls, Far]) -> None:
    near, far = ends
    near.came(far.said(b"one") + far.said(b"two"))
    assert [near.opened(2) for _ in range(5)] == [b"on", b"e", b"tw", b"o", None]


def test_the_end_is_read_after_what_came_before_it(ends: tuple[Tls, Far]) -> None:
    near, far = ends
    near.came(far.said(b"answer"))
    near.came(b"")
    assert [near.opened(100), near.opened(100)] == [b"answer", b""]


def test_so_is_one_that_was_announced(ends: tuple[Tls, Far]) -> None:
    near, far = ends
    with pytest.raises(ssl.SSLWantReadError):
        far.tls.unwrap()
    near.came(far.outgoing.read())
    assert near.opened(100) == b""


def test_what_is_no_tls_is_an_error(ends: tuple[Tls, Far]) -> None:
    near, _ = ends
    near.came(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(ssl.SSLError):
        near.opened(100)


def test_who_is_not_accepted_is_told_so(authorities: Authorities) -> None:
    near, far = Tls(verifying(None), "front.test"), Far(authorities.leaf(authorities.middle))
    near.shake_hands()
    near.came(far.answer(near.to_send()))
    with pytest.raises(ssl.SSLCertVerificationError):
        near.shake_hands()
    with pytest.raises(ssl.SSLError, match="UNKNOWN_CA"):
        far.answer(near.to_send())
