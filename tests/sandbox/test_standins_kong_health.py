"""Kong's stand-in probes its targets, and says of each how it is."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.support.kong_standin import Node, running_node
from tests.support.scripted_upstream import scripted_upstream
from tests.support.standins import ask

CHECKS = """{active: {http_path: /up, timeout: 1, healthy: {interval: 0.05, successes: 2},
                          unhealthy: {interval: 0.05, http_failures: 2, tcp_failures: 2}}}"""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with running_node(tmp_path_factory.mktemp("kong")) as found:
        yield found


def health(node: Node) -> dict[str, str]:
    data = ask(node.admin, "GET", "/upstreams/pool.up/health").json()["data"]
    return {target["target"]: target["health"] for target in data}


def becomes(node: Node, target: str, wanted: str) -> None:
    until = time.monotonic() + 5
    while health(node)[target] != wanted:
        assert time.monotonic() < until, health(node)
        time.sleep(0.02)


def load(node: Node, *targets: str, checks: str = CHECKS) -> None:
    given = ", ".join(f'{{target: "{target}"}}' for target in targets)
    node.load(
        f"""
_format_version: "3.0"
services: [{{name: s, host: pool.up, routes: [{{name: r, paths: [/]}}]}}]
upstreams: [{{name: pool.up, healthchecks: {checks}, targets: [{given}]}}]
plugins: [{{name: prometheus, config: {{upstream_health_metrics: true}}}}]
"""
    )


def test_a_target_is_probed_and_loses_and_regains_its_health(node: Node) -> None:
    fine = threading.Event()
    seen: list[bytes] = []

    def script(connection: socket.socket, head: bytes) -> None:
        seen.append(head.split(b"\r\n")[0])
        status = b"200 OK" if fine.is_set() else b"500 No"
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        connection.shutdown(socket.SHUT_RDWR)

    with scripted_upstream(script) as port:
        target = f"127.0.0.1:{port}"
        load(node, target)
        becomes(node, target, "UNHEALTHY")
        assert ask(node.proxy, "GET", "/").status == 503
        fine.set()
        becomes(node, target, "HEALTHY")
        assert ask(node.proxy, "GET", "/").status == 200
    assert b"GET /up HTTP/1.1" in seen
    becomes(node, target, "UNHEALTHY")  # refused now
    line = (
        f'kong_upstream_target_health{{upstream="pool.up",target="{target}",address="{target}",'
        'state="unhealthy",subsystem="http"} 1'
    )
    assert line in ask(node.status, "GET", "/metrics").body.decode().splitlines()


def test_without_checks_and_without_an_address_that_is_said(node: Node) -> None:
    load(node, "127.0.0.1:1", "unnamed.test:80", checks="{}")
    assert health(node) == {"127.0.0.1:1": "HEALTHCHECKS_OFF", "unnamed.test:80": "DNS_ERROR"}
