"""What Kong's stand-in passes on, to an upstream and back."""

from __future__ import annotations

import http.client
import select
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.support.echo_upstream import echo_upstream
from tests.support.kong_standin import Node, running_node, saying, to, upstream
from tests.support.standins import ask, free_ports, read_answer


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with running_node(tmp_path_factory.mktemp("kong")) as found:
        yield found


def test_headers_keep_their_order_case_and_duplicates_both_ways(node: Node) -> None:
    seen: list[bytes] = []

    def script(connection: socket.socket, head: bytes) -> None:
        seen.append(head)
        connection.sendall(
            b"HTTP/1.1 299 Fine by me\r\nX-b: 1\r\nSet-Cookie: a=1\r\nx-A: 2\r\nSet-Cookie: b=2\r\n"
            b"Content-Length: 2\r\nConnection: close, X-Hop\r\nX-Hop: gone\r\n\r\nhi"
        )

    with upstream(node, script):
        sent = [
            ("X-z", "1"),
            ("x-Y", "2"),
            ("X-z", "3"),
            ("Connection", "x-secret"),
            ("X-Secret", "gone"),
        ]
        answer = ask(node.proxy, "GET", "/", sent)
    theirs = [line for line in seen[0].split(b"\r\n") if line.lower().startswith((b"x-z", b"x-y", b"x-s"))]
    assert theirs == [b"X-z: 1", b"x-Y: 2", b"X-z: 3"]
    assert (answer.status, answer.phrase, answer.body) == (299, "Fine by me", b"hi")
    names = [name for name, _ in answer.headers]
    assert [name for name in names if name in ("X-b", "Set-Cookie", "x-A")] == [
        "X-b", "Set-Cookie", "x-A", "Set-Cookie",
    ]  # fmt: skip
    assert answer.header("Via") == "kong/3.4.2-atalaia-stand-in"


def test_connections_to_an_upstream_are_used_again(node: Node) -> None:
    opened = set()

    def script(connection: socket.socket, head: bytes) -> None:
        opened.add(connection.getpeername())
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with upstream(node, script):
        assert [ask(node.proxy, "GET", "/").status for _ in range(5)] == [200] * 5
    assert len(opened) == 1


def test_an_idle_connection_that_the_upstream_closed_is_replaced(node: Node) -> None:
    def script(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        connection.shutdown(socket.SHUT_RDWR)  # without having said so

    with upstream(node, script):
        assert [ask(node.proxy, "GET", "/").status for _ in range(5)] == [200] * 5


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
            b"abcd",
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    ],
    ids=["chunked", "after 100 Continue", "204"],
)
def test_a_body_comes_through_however_it_is_framed(node: Node, answer: bytes, body: bytes) -> None:
    with upstream(node, saying(answer)):
        assert [ask(node.proxy, "GET", "/").body for _ in range(2)] == [body, body]


def test_a_body_that_ends_with_the_connection_comes_through_chunked(node: Node) -> None:
    def script(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nuntil the end")
        connection.shutdown(socket.SHUT_RDWR)

    with upstream(node, script):
        answer = ask(node.proxy, "GET", "/")
    assert (answer.header("Transfer-Encoding"), answer.body) == ("chunked", b"until the end")


def test_a_large_body_streams_to_a_client_that_reads_slowly(node: Node) -> None:
    size = 20_000_000
    held_back = threading.Event()

    def script(connection: socket.socket, head: bytes) -> None:
        left = memoryview(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
        while left:
            if not select.select([], [connection], [], 0.2)[1]:
                held_back.set()  # the pipe is full: Kong takes no more than its client does
            left = left[connection.send(left[:65536]) :]

    address = ("127.0.0.1", node.proxy)
    with upstream(node, script), socket.create_connection(address, timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert held_back.wait(10)
        assert len(read_answer(client).body) == size


def test_an_upstream_that_stops_in_the_middle_cuts_the_client_off(node: Node) -> None:
    def script(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        connection.shutdown(socket.SHUT_RDWR)

    with upstream(node, script), pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        ask(node.proxy, "GET", "/")


def test_a_client_that_leaves_takes_its_request_with_it(node: Node) -> None:
    asked, gone = threading.Event(), threading.Event()

    def script(connection: socket.socket, head: bytes) -> None:
        asked.set()
        try:
            if connection.recv(1) == b"":
                gone.set()
        except ConnectionResetError:
            gone.set()

    with upstream(node, script):
        with socket.create_connection(("127.0.0.1", node.proxy)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            assert asked.wait(5)
        assert gone.wait(5)


def test_a_trusted_balancers_client_address_survives(node: Node) -> None:
    (port,) = free_ports(1)
    node.load(to(port))
    headers = [("X-Forwarded-For", "203.0.113.7, 127.64.0.9"), ("X-Forwarded-Proto", "https")]
    with echo_upstream(port):
        seen = dict(ask(node.proxy, "GET", "/", headers).json()["headers"])
    assert seen["X-Real-IP"] == "127.64.0.9"
    assert seen["X-Forwarded-For"] == "203.0.113.7, 127.64.0.9, 127.0.0.1"
    assert seen["X-Forwarded-Proto"] == "https"


def test_names_are_resolved_from_the_configuration_only(node: Node) -> None:
    (port,) = free_ports(1)
    with echo_upstream(port):
        for host, status in (("localhost", 200), ("named.test", 200), ("unnamed.test", 503)):
            node.load(to(port, host=host))
            assert ask(node.proxy, "GET", "/").status == status


def test_a_wrong_method_is_404_and_trace_405(node: Node) -> None:
    node.load('{_format_version: "3.0", routes: [{name: r, paths: [/], methods: [GET]}]}')
    assert ask(node.proxy, "POST", "/").status == 404
    answer = ask(node.proxy, "TRACE", "/", [("Accept", "*/*")])
    assert (answer.status, answer.json()) == (405, {"message": "Method not allowed"})
    assert ask(node.proxy, "GET", "/").json() == {"message": "no Service found with those values"}
