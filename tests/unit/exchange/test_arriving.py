"""An answer is the same in however many pieces it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atalaia.exchange.arriving import Arriving
from atalaia.exchange.response import Response
from atalaia.exchange.wire import Broken, Head, read_answer

ANSWERS = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX-A: b\r\n\r\nhello world",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x\r\n world\r\n0\r\nT: 1\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nServer: x\r\n\r\nhello world",
)
BROKEN = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello world",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n wor",
    b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
    b"HTTP/1.1 2",
    b"",
)


def _read(pieces: Sequence[bytes], heads: list[Head] | None = None) -> Response:
    """What is read of these pieces, and then the end. Raises Broken."""
    arriving = Arriving()
    reading = read_answer(arriving, "GET", 2**16, on_head=heads.append if heads is not None else None)
    try:
        reading.send(None)
        for piece in pieces:
            arriving.feed(piece)
            reading.send(None)
        arriving.end()
        reading.send(None)
    except StopIteration as end:
        return end.value[0]
    raise AssertionError("it reads on after the end")


def _cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[start:stop] for start, stop in pairwise(edges)]


@given(st.sampled_from(ANSWERS), st.lists(st.integers(0, 120), max_size=8))
def test_however_it_is_cut(answer: bytes, places: list[int]) -> None:
    heads: list[Head] = []
    response = _read(_cut(answer, places), heads)
    assert response == _read([answer])
    assert response.body == b"hello world"
    assert [head.status for head in heads] == [200]


@given(st.sampled_from(BROKEN), st.lists(st.integers(0, 120), max_size=8))
def test_what_is_broken_is_broken_however_it_is_cut(answer: bytes, places: list[int]) -> None:
    with pytest.raises(Broken):
        _read(_cut(answer, places))


def test_what_ended_the_connection_is_told_after_what_came_before_it() -> None:
    arriving = Arriving()
    reading = read_answer(arriving, "GET", 2**16)
    reading.send(None)
    arriving.feed(ANSWERS[0])
    arriving.end(ConnectionResetError())
    with pytest.raises(StopIteration) as end:
        reading.send(None)
    assert end.value.value[0].body == b"hello world"


def test_a_reset_in_the_middle_is_raised() -> None:
    arriving = Arriving()
    reading = read_answer(arriving, "GET", 2**16)
    arriving.feed(BROKEN[0])
    arriving.end(ConnectionResetError())
    with pytest.raises(ConnectionResetError):
        reading.send(None)


def test_no_separator_in_too_much_is_an_overrun() -> None:
    arriving = Arriving()
    arriving.feed(b"x" * 70_000)
    with pytest.raises(asyncio.LimitOverrunError):
        arriving.readuntil(b"\r\n").send(None)
