"""The stand-ins' HTTP server keeps to HTTP/1.1, whatever a client sends."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from sandbox.standins.config import StandIns
from tests.support.standins import ask, free_ports, read_answer, running, service


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A service with a webhook, which answers POST without asking who it is."""
    (found,) = free_ports(1)
    config = StandIns(
        control=tmp_path_factory.mktemp("http") / "c.sock",
        services=(service("whatsapp-service", found, "/webhook/whatsapp"),),
    )
    with running(config):
        yield found


@pytest.fixture
def connection(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as found:
        yield found


def closed(connection: socket.socket) -> bool:
    """Whether the other side has closed, after nothing more."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


GET = b"GET /webhook/whatsapp?hub.challenge=%d HTTP/1.1\r\nHost: h\r\n\r\n"


def test_pipelined_requests_are_answered_in_their_order(connection: socket.socket) -> None:
    """Fifty at once, more than the server takes in before it pauses reading."""
    connection.sendall(b"".join(GET % number for number in range(50)))
    file = connection.makefile("rb")
    answers = []
    for _ in range(50):
        assert file.readline() == b"HTTP/1.1 200 OK\r\n"
        headers = dict(line.split(b": ", 1) for line in iter(file.readline, b"\r\n"))
        answers.append(file.read(int(headers[b"Content-Length"])))
    assert answers == [b'{"challenge":"%d"}' % number for number in range(50)]


def test_a_connection_is_kept_and_closed_as_asked(connection: socket.socket) -> None:
    for number in (1, 2):
        connection.sendall(GET % number)
        assert read_answer(connection).header("Connection") == "keep-alive"
    connection.sendall((GET % 3).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert read_answer(connection).header("Connection") == "close"
    assert closed(connection)


def test_http_1_0_closes_unless_asked_to_stay(connection: socket.socket) -> None:
    connection.sendall(b"GET /webhook/whatsapp HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert read_answer(connection).status == 200
    connection.sendall(b"GET /webhook/whatsapp HTTP/1.0\r\n\r\n")
    assert read_answer(connection).status == 200
    assert closed(connection)


def test_a_request_may_come_byte_by_byte(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in GET % 7:
        connection.sendall(bytes([byte]))
    assert read_answer(connection).json() == {"challenge": "7"}


def test_a_chunked_body_is_put_together(port: int) -> None:
    chunked = b'4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n'
    answer = ask(port, "POST", "/webhook/whatsapp", [("Transfer-Encoding", "chunked")], chunked)
    assert answer.json() == {"received": True}
    broken = b"2\r\n{{\r\n0\r\n\r\n"
    assert ask(port, "POST", "/webhook/whatsapp", [("Transfer-Encoding", "chunked")], broken).status == 400


def test_head_has_the_headers_of_get_and_no_body(connection: socket.socket) -> None:
    connection.sendall((GET % 1).replace(b"GET", b"HEAD") + GET % 2)
    file = connection.makefile("rb")
    head = list(iter(file.readline, b"\r\n"))
    assert b"Content-Length: 17\r\n" in head
    assert file.readline() == b"HTTP/1.1 200 OK\r\n", "a body came, or the next answer did not"


def test_a_client_that_waits_for_100_continue_gets_it(connection: socket.socket) -> None:
    connection.sendall(
        b"POST /webhook/whatsapp HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    )
    assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(b"{}")
    assert read_answer(connection).status == 200


def test_a_half_closed_connection_still_gets_its_answer(connection: socket.socket) -> None:
    connection.sendall(GET % 1)
    connection.shutdown(socket.SHUT_WR)
    assert read_answer(connection).status == 200
    assert closed(connection)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01 this is TLS\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 300_000, 431),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n" + b"a" * 8_500_000, 413),
    ],
    ids=["no HTTP", "a header without a colon", "a negative length", "endless headers", "a huge body"],
)
def test_what_is_no_request_is_refused_and_the_connection_closed(
    connection: socket.socket, sent: bytes, status: int
) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):  # refused before all of it was sent
        connection.sendall(sent)
    try:
        assert read_answer(connection).status == status
    except ConnectionResetError:
        assert status in (413, 431), "only what is not read to its end may be cut"
    assert closed(connection)


def test_the_server_survives_all_of_that(port: int) -> None:
    assert ask(port, "GET", "/webhook/whatsapp").status == 200
