"""/metrics of the daemon."""

from __future__ import annotations

import asyncio
import socket

import pytest

from atalaia.errors import UsageError
from atalaia.systems.prometheus.page_server import Page, serving


async def exchange(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


def asked(request: bytes, text: str = "probe_success 1\n") -> bytes:
    async def ask() -> bytes:
        page = Page()
        page.text = text
        async with serving(page, ("127.0.0.1", 0)) as port:
            return await exchange(port, request)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /metrics HTTP/1.1", b"200 OK"),
        (b"GET /metrics?collect=all HTTP/1.1", b"200 OK"),
        (b"HEAD /metrics HTTP/1.1", b"200 OK"),
        (b"GET /-/healthy HTTP/1.1", b"200 OK"),
        (b"GET / HTTP/1.1", b"404 Not Found"),
        (b"PUT /metrics HTTP/1.1", b"405 Method Not Allowed"),
    ],
)
def test_what_is_asked(request_line: bytes, status: bytes) -> None:
    answer = asked(request_line + b"\r\nHost: here\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    if request_line.startswith(b"GET /metrics"):
        assert body == b"probe_success 1\n"
    if request_line.startswith(b"HEAD"):
        assert body == b""


def test_before_the_first_round_there_is_no_page() -> None:
    assert b" 503 " in asked(b"GET /metrics HTTP/1.1\r\n\r\n", "").splitlines()[0]


def test_a_head_that_never_ends_is_cut_off() -> None:
    assert asked(b"GET /metrics HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n") == b""


def test_an_address_that_is_taken_is_a_message() -> None:
    async def listen(port: int) -> None:
        async with serving(Page(), ("127.0.0.1", port)):
            pass

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="in use"):
        asyncio.run(listen(taken.getsockname()[1]))
