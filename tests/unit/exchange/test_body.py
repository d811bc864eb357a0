"""A body is decoded within its cap, however it was encoded and cut into pieces."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from atalaia.exchange.body import BoundedBody, Undecodable

TEXT = bytes(range(256)) * 20


def _raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


def _read(raw: bytes, encoding: str, *, cap: int = 2**20, piece: int = 2**16) -> BoundedBody:
    body = BoundedBody(cap, encoding)
    for start in range(0, len(raw), piece):
        body.feed(raw[start : start + piece])
    body.finish()
    return body


ENCODED = [
    ("", TEXT),
    ("identity", TEXT),
    ("br", TEXT),
    ("gzip", gzip.compress(TEXT)),
    ("X-GZIP ", gzip.compress(TEXT)),
    ("gzip", gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:])),
    ("gzip", gzip.compress(TEXT) + bytes(512)),
    ("deflate", zlib.compress(TEXT)),
    ("deflate", _raw_deflate(TEXT)),
]


@pytest.mark.parametrize("piece", [1, 7, 2**16])
@pytest.mark.parametrize(("encoding", "raw"), ENCODED)
def test_every_encoding_in_pieces_of_any_size(encoding: str, raw: bytes, piece: int) -> None:
    body = _read(raw, encoding, piece=piece)
    assert body.content == TEXT
    assert not body.truncated


@pytest.mark.parametrize(("encoding", "raw"), ENCODED)
@pytest.mark.parametrize("piece", [13, 2**16])
def test_the_cap_is_exact(encoding: str, raw: bytes, piece: int) -> None:
    fits = _read(raw, encoding, cap=len(TEXT), piece=piece)
    assert (fits.content, fits.truncated) == (TEXT, False)
    cut = _read(raw, encoding, cap=len(TEXT) - 1, piece=piece)
    assert (cut.content, cut.truncated) == (TEXT[:-1], True)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_no_body_is_no_fault(encoding: str) -> None:
    """The answer to a HEAD has the encoding of a body that does not come."""
    assert _read(b"", encoding).content == b""


@pytest.mark.parametrize(
    ("encoding", "raw"),
    [
        ("gzip", b"plain text"),
        ("gzip", gzip.compress(TEXT)[:-1]),
        ("gzip", b"\x1f"),
        ("deflate", b"\xff" * 100),
        ("deflate", zlib.compress(TEXT)[:50]),
    ],
)
def test_what_is_not_what_it_says_is_told(encoding: str, raw: bytes) -> None:
    with pytest.raises(Undecodable, match=encoding):
        _read(raw, encoding)


def test_what_came_before_the_fault_is_kept() -> None:
    body = BoundedBody(2**20, "gzip")
    body.feed(gzip.compress(TEXT)[:-8])
    with pytest.raises(Undecodable):
        body.finish()
    assert body.content == TEXT


def test_a_bomb_costs_no_more_than_the_cap() -> None:
    bomb = gzip.compress(bytes(2**26))
    tracemalloc.start()
    try:
        body = _read(bomb, "gzip", cap=2**18)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert body.truncated
    assert len(body.content) == 2**18
    assert peak < 2**20
