"""What is read without a parser is read as a parser does; all else is left to it."""

from __future__ import annotations

from http.client import HTTPResponse
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.generator.plain import plain

OK = b"HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 2\r\n\r\nhi"


class Wire:
    """What http.client takes for a socket."""

    def __init__(self, data: bytes) -> None:
        self._file = BytesIO(data)

    def makefile(self, mode: str) -> BytesIO:
        return self._file


def test_a_plain_answer_is_read() -> None:
    assert plain(OK) == (200, len(OK) - 2)
    assert plain(OK.replace(b"X: y", b"Connection: keep-alive")) is not None
    assert plain(b"HTTP/1.1 503 \r\nCONTENT-LENGTH:0\r\n\r\n") == (503, 35)


@pytest.mark.parametrize(
    "data",
    [
        OK[:-1],
        OK + b"x",
        OK + OK,
        OK[:20],
        OK.replace(b"1.1", b"1.0"),
        OK.replace(b"X: y", b"Connection: close"),
        OK.replace(b"X: y", b"connection: Keep-Alive, Upgrade"),
        OK.replace(b"X: y", b"Connection: keep-alive\r\nConnection: close"),
        OK.replace(b"X: y", b"Transfer-Encoding: chunked"),
        OK.replace(b"X: y", b"Content-Length: 2"),
        OK.replace(b"X: y", b"Content-Length : 3"),
        OK.replace(b"X: y", b"X: y\r\n z"),
        OK.replace(b"X: y", b"X: y\nConnection: close"),
        OK.replace(b"Length: 2", b"Length: +2"),
        OK.replace(b"Length: 2", b"Length: two"),
        OK.replace(b"200", b"100"),
        OK.replace(b"200", b"204"),
        OK.replace(b"200", b"2000"),
        OK.replace(b"200", b"20x"),
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"",
    ],
)
def test_everything_else_is_left_to_the_parser(data: bytes) -> None:
    assert plain(data) is None


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["X", "Content-Length", "content-length", "Connection", "Transfer-Encoding", "Date"]),
        st.sampled_from(["", "1", "5", "keep-alive", "close", "chunked", "a b"]),
    ),
    max_size=5,
)


@given(st.sampled_from([200, 201, 204, 304, 404, 503, 100]), HEADERS, st.binary(max_size=8))
def test_it_agrees_with_another_reader(status: int, headers: list[tuple[str, str]], body: bytes) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    data = f"HTTP/1.1 {status} OK\r\n{lines}\r\n".encode() + body
    found = plain(data)
    if found is None:
        return
    wire: Any = Wire(data)
    other = HTTPResponse(wire, method="GET")
    other.begin()
    assert other.status == found[0]
    assert not other.will_close
    assert other.read() == data[found[1] :] == body
