"""What Kong's stand-in says of upstreams that are silent or gone. The recordings hold the exact answers."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from tests.support.echo_upstream import echo_upstream
from tests.support.kong_standin import Node, running_node, upstream
from tests.support.standins import Answer, ask, free_ports


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with running_node(tmp_path_factory.mktemp("kong")) as found:
        yield found


def elapsed(node: Node, method: str = "GET") -> tuple[Answer, float]:
    started = time.monotonic()
    return ask(node.proxy, method, "/"), time.monotonic() - started


def test_a_timeout_runs_between_two_reads(node: Node) -> None:
    def drips(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
        for byte in b"drip":
            time.sleep(0.15)
            connection.sendall(bytes([byte]))

    with upstream(node, drips, read_timeout=300):
        assert ask(node.proxy, "GET", "/").body == b"drip"


@pytest.mark.parametrize(("method", "times"), [("GET", 3), ("POST", 1)])
def test_silence_is_504_after_the_retries_that_the_method_allows(node: Node, method: str, times: int) -> None:
    tries: list[bytes] = []
    with upstream(node, lambda connection, head: tries.append(head), read_timeout=100, retries=2):
        answer, seconds = elapsed(node, method)
    assert (answer.status, len(tries)) == (504, times)
    assert 0.1 * times <= seconds < 0.1 * times + 1


@pytest.mark.parametrize("answer", [b"not HTTP\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b""], ids=repr)
def test_nonsense_and_a_cut_are_502(node: Node, answer: bytes) -> None:
    def script(connection: socket.socket, head: bytes) -> None:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_RDWR)

    with upstream(node, script, retries=0):
        assert ask(node.proxy, "GET", "/").status == 502


def test_requests_go_round_the_healthy_targets_by_weight(node: Node) -> None:
    one, two, dead = free_ports(3)
    node.load(
        f"""
_format_version: "3.0"
services: [{{name: s, host: pool.up, retries: 1, routes: [{{name: r, paths: [/]}}]}}]
upstreams:
- name: pool.up
  healthchecks: {{passive: {{unhealthy: {{tcp_failures: 1}}}}}}
  targets: [{{target: "127.0.0.1:{one}", weight: 20}}, {{target: "127.0.0.1:{two}", weight: 10}},
            {{target: "127.0.0.1:{dead}", weight: 10}}]
"""
    )
    with echo_upstream(one), echo_upstream(two):
        seen = [dict(ask(node.proxy, "GET", "/").json()["headers"])["Host"] for _ in range(12)]
        health = ask(node.admin, "GET", "/upstreams/pool.up/health").json()["data"]
    assert {host: seen.count(host) for host in seen} == pytest.approx(
        {f"127.0.0.1:{one}": 8, f"127.0.0.1:{two}": 4}, abs=1
    )
    states = {target["target"]: target["health"] for target in health}
    assert states == {
        f"127.0.0.1:{one}": "HEALTHY", f"127.0.0.1:{two}": "HEALTHY", f"127.0.0.1:{dead}": "UNHEALTHY",
    }  # fmt: skip
