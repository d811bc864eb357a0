"""Kong's stand-in: proxying, what it says of dead upstreams, its Admin and Status APIs, faults."""

from __future__ import annotations

import hashlib
import http.client
import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import JsonValue

from atalaia.errors import UsageError
from sandbox.standins.config import KongConfig, StandIns
from sandbox.standins.control import ClearFault, Reload, SetFault, send_now
from tests.support.echo_upstream import echo_upstream
from tests.support.scripted_upstream import Script, scripted_upstream
from tests.support.standins import Answer, ask, free_ports, read_answer, running


@dataclass(frozen=True)
class Node:
    """A running node."""

    proxy: int
    admin: int
    status: int
    control: Path

    def load(self, declarative: str) -> None:
        send_now(self.control, Reload(target="kong-1", declarative=declarative))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    found = Node(*free_ports(3), tmp_path_factory.mktemp("kong") / "c.sock")
    kong = KongConfig(
        node="kong-1", proxy_port=found.proxy, admin_port=found.admin, status_port=found.status,
        trusted_ips=("127.0.0.1",), names={"named.test": "127.0.0.1"},
    )  # fmt: skip
    with running(StandIns(control=found.control, kong=kong)):
        yield found


def to(port: int, *, host: str = "127.0.0.1", **service: object) -> str:
    """A declarative file with one service behind /."""
    given = json.dumps({"name": "s", "url": f"http://{host}:{port}", **service})[1:-1]
    return f'{{_format_version: "3.0", services: [{{{given}, routes: [{{name: r, paths: [/]}}]}}]}}'


@contextmanager
def upstream(node: Node, script: Script, **service: object) -> Iterator[None]:
    """The node's only service is this script."""
    with scripted_upstream(script) as port:
        node.load(to(port, **service))
        yield


def saying(answer: bytes) -> Script:
    return lambda connection, head: connection.sendall(answer)


class TestPassingOn:
    def test_headers_keep_their_order_case_and_duplicates_both_ways(self, node: Node) -> None:
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
        theirs = [
            line for line in seen[0].split(b"\r\n") if line.lower().startswith((b"x-z", b"x-y", b"x-s"))
        ]
        assert theirs == [b"X-z: 1", b"x-Y: 2", b"X-z: 3"]
        assert (answer.status, answer.phrase, answer.body) == (299, "Fine by me", b"hi")
        names = [name for name, _ in answer.headers]
        assert [name for name in names if name in ("X-b", "Set-Cookie", "x-A")] == [
            "X-b", "Set-Cookie", "x-A", "Set-Cookie",
        ]  # fmt: skip
        assert answer.header("Via") == "kong/3.4.2-atalaia-stand-in"

    def test_connections_to_an_upstream_are_used_again(self, node: Node) -> None:
        opened = set()

        def script(connection: socket.socket, head: bytes) -> None:
            opened.add(connection.getpeername())
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        with upstream(node, script):
            assert [ask(node.proxy, "GET", "/").status for _ in range(5)] == [200] * 5
        assert len(opened) == 1

    def test_an_idle_connection_that_the_upstream_closed_is_replaced(self, node: Node) -> None:
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
    def test_a_body_comes_through_however_it_is_framed(self, node: Node, answer: bytes, body: bytes) -> None:
        with upstream(node, saying(answer)):
            assert [ask(node.proxy, "GET", "/").body for _ in range(2)] == [body, body]

    def test_a_body_that_ends_with_the_connection_comes_through_chunked(self, node: Node) -> None:
        def script(connection: socket.socket, head: bytes) -> None:
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nuntil the end")
            connection.shutdown(socket.SHUT_RDWR)

        with upstream(node, script):
            answer = ask(node.proxy, "GET", "/")
        assert (answer.header("Transfer-Encoding"), answer.body) == ("chunked", b"until the end")

    def test_a_large_body_streams_to_a_client_that_reads_slowly(self, node: Node) -> None:
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

    def test_an_upstream_that_stops_in_the_middle_cuts_the_client_off(self, node: Node) -> None:
        def script(connection: socket.socket, head: bytes) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
            connection.shutdown(socket.SHUT_RDWR)

        with upstream(node, script), pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
            ask(node.proxy, "GET", "/")

    def test_a_client_that_leaves_takes_its_request_with_it(self, node: Node) -> None:
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

    def test_a_trusted_balancers_client_address_survives(self, node: Node) -> None:
        (port,) = free_ports(1)
        node.load(to(port))
        headers = [("X-Forwarded-For", "203.0.113.7, 127.64.0.9"), ("X-Forwarded-Proto", "https")]
        with echo_upstream(port):
            seen = dict(ask(node.proxy, "GET", "/", headers).json()["headers"])
        assert seen["X-Real-IP"] == "127.64.0.9"
        assert seen["X-Forwarded-For"] == "203.0.113.7, 127.64.0.9, 127.0.0.1"
        assert seen["X-Forwarded-Proto"] == "https"

    def test_names_are_resolved_from_the_configuration_only(self, node: Node) -> None:
        (port,) = free_ports(1)
        with echo_upstream(port):
            for host, status in (("localhost", 200), ("named.test", 200), ("unnamed.test", 503)):
                node.load(to(port, host=host))
                assert ask(node.proxy, "GET", "/").status == status

    def test_a_wrong_method_is_404_and_trace_405(self, node: Node) -> None:
        node.load('{_format_version: "3.0", routes: [{name: r, paths: [/], methods: [GET]}]}')
        assert ask(node.proxy, "POST", "/").status == 404
        answer = ask(node.proxy, "TRACE", "/", [("Accept", "*/*")])
        assert (answer.status, answer.json()) == (405, {"message": "Method not allowed"})
        assert ask(node.proxy, "GET", "/").json() == {"message": "no Service found with those values"}


class TestDeadUpstreams:
    """One failing request each; the recordings hold the exact answers."""

    def elapsed(self, node: Node, method: str = "GET") -> tuple[Answer, float]:
        started = time.monotonic()
        return ask(node.proxy, method, "/"), time.monotonic() - started

    def test_a_timeout_runs_between_two_reads(self, node: Node) -> None:
        def drips(connection: socket.socket, head: bytes) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
            for byte in b"drip":
                time.sleep(0.15)
                connection.sendall(bytes([byte]))

        with upstream(node, drips, read_timeout=300):
            assert ask(node.proxy, "GET", "/").body == b"drip"

    @pytest.mark.parametrize(("method", "times"), [("GET", 3), ("POST", 1)])
    def test_silence_is_504_after_the_retries_that_the_method_allows(
        self, node: Node, method: str, times: int
    ) -> None:
        tries: list[bytes] = []
        with upstream(node, lambda connection, head: tries.append(head), read_timeout=100, retries=2):
            answer, seconds = self.elapsed(node, method)
        assert (answer.status, len(tries)) == (504, times)
        assert 0.1 * times <= seconds < 0.1 * times + 1

    @pytest.mark.parametrize("answer", [b"not HTTP\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b""], ids=repr)
    def test_nonsense_and_a_cut_are_502(self, node: Node, answer: bytes) -> None:
        def script(connection: socket.socket, head: bytes) -> None:
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_RDWR)

        with upstream(node, script, retries=0):
            assert ask(node.proxy, "GET", "/").status == 502

    def test_requests_go_round_the_healthy_targets_by_weight(self, node: Node) -> None:
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


class TestConfiguration:
    def test_an_empty_node_is_not_ready_and_its_hash_is_zeros(self, node: Node) -> None:
        node.load("")
        assert ask(node.admin, "GET", "/status").json()["configuration_hash"] == "0" * 32
        assert ask(node.status, "GET", "/status/ready").status == 503
        assert ask(node.proxy, "GET", "/").status == 404
        node.load(to(1))
        assert ask(node.status, "GET", "/status/ready").json() == {"message": "ready"}

    def test_the_same_file_gives_the_same_hash_by_either_way(self, node: Node) -> None:
        text = to(1)
        node.load(text)
        told = ask(node.admin, "GET", "/status").json()["configuration_hash"]
        assert told == hashlib.md5(text.encode()).hexdigest()
        node.load("")
        assert post_config(node, text).status == 201
        assert ask(node.status, "GET", "/status").json()["configuration_hash"] == told

    def test_a_refused_file_changes_nothing(self, node: Node) -> None:
        node.load(to(1))
        before = ask(node.admin, "GET", "/status").json()["configuration_hash"]
        broken = '{_format_version: "3.0", services: [{name: s, url: "http://h", timeout: 5}]}'
        assert post_config(node, broken).json()["fields"] == {"services": [{"timeout": "unknown field"}]}
        with pytest.raises(UsageError, match=r"services\[0\].timeout: unknown field"):
            node.load(broken)
        assert ask(node.admin, "GET", "/status").json()["configuration_hash"] == before

    def test_every_page_of_a_long_list_can_be_followed(self, node: Node) -> None:
        routes = [{"name": f"r{i}", "paths": [f"/{i}"]} for i in range(250)]
        services = [{"name": "s", "host": "h", "routes": routes}]
        node.load(json.dumps({"_format_version": "3.0", "services": services}))
        found, path = [], "/services/s/routes"
        while path:
            page = ask(node.admin, "GET", path).json()
            found += [route["name"] for route in page["data"]]
            path = page["next"]
        assert found == [route["name"] for route in routes]

    def test_the_admin_api_lets_any_origin_in_as_kongs_does(self, node: Node) -> None:
        answer = ask(node.admin, "GET", "/status", [("Origin", "https://evil.example")])
        assert answer.header("Access-Control-Allow-Origin") == "https://evil.example"
        assert answer.header("Access-Control-Allow-Credentials") == "true"

    def test_the_stand_in_says_what_it_is(self, node: Node) -> None:
        answer = ask(node.admin, "GET", "/")
        assert answer.json()["tagline"] == "Welcome to kong"
        assert answer.json()["version"] == "3.4.2-atalaia-stand-in"
        assert answer.header("Server") == "kong/3.4.2-atalaia-stand-in"

    def test_consumers_have_their_credentials_and_what_nobody_declares_is_an_empty_list(
        self, node: Node
    ) -> None:
        node.load(
            """
_format_version: "3.0"
consumers:
- username: alice
  keyauth_credentials: [{key: one}, {key: two}]
  jwt_secrets: [{key: issuer, secret: a-secret-that-is-long-enough-for-it}]
  acls: [{group: admins}]
- {username: bob, keyauth_credentials: [{key: three}]}
"""
        )

        def listed(path: str, field: str) -> list[str]:
            document = ask(node.admin, "GET", path).json()
            return [entity[field] for entity in document["data"]]

        assert listed("/consumers", "username") == ["alice", "bob"]
        assert listed("/consumers/alice/key-auth", "key") == ["one", "two"]
        assert listed("/consumers/bob/jwt", "key") == []
        assert listed("/jwts", "key") == ["issuer"]
        assert listed("/key-auths?size=2", "key") == ["one", "two"]
        assert listed("/acls", "group") == ["admins"]
        assert ask(node.admin, "GET", "/key-auths/three").json()["consumer"]["id"]
        for path in ("/certificates", "/snis", "/ca_certificates", "/vaults"):
            assert ask(node.admin, "GET", path).json() == {"data": [], "next": None}
        assert ask(node.admin, "GET", "/consumers/nobody/key-auth").status == 404

    def test_schemas_are_those_that_files_are_read_by(self, node: Node) -> None:
        fields = ask(node.admin, "GET", "/schemas/plugins/cors").json()["fields"]
        assert {"protocols", "consumer", "config"} <= {name for field in fields for name in field}
        assert ask(node.admin, "GET", "/schemas/routes").status == 200
        assert ask(node.admin, "GET", "/schemas/plugins/none-such").status == 404

    def test_answers_are_counted_where_the_file_asks_for_it(self, node: Node) -> None:
        (port,) = free_ports(1)
        asks = "plugins: [{name: prometheus, config: {status_code_metrics: true}}]"
        with echo_upstream(port):
            node.load(to(port)[:-1] + f", {asks}}}")
            ask(node.proxy, "GET", "/status/418")
            page = ask(node.status, "GET", "/metrics")
        assert (
            'kong_http_requests_total{service="s",route="r",code="418",source="service",consumer=""} 1'
            in page.body.decode().splitlines()
        )


def post_config(node: Node, text: str) -> Answer:
    body = json.dumps({"config": text}).encode()
    return ask(node.admin, "POST", "/config", [("Content-Type", "application/json")], body)


class TestFaults:
    def test_stopped_closes_all_three_listeners(self, node: Node) -> None:
        send_now(node.control, SetFault(target="kong-1", fault="stopped"))
        for port in (node.proxy, node.admin, node.status):
            with pytest.raises(ConnectionRefusedError):
                ask(port, "GET", "/status")
        send_now(node.control, ClearFault(target="kong-1"))
        assert ask(node.admin, "GET", "/status").status == 200

    def test_not_ready_is_said_on_the_status_listener_only(self, node: Node) -> None:
        node.load(to(1))
        send_now(node.control, SetFault(target="kong-1", fault="not-ready"))
        assert ask(node.status, "GET", "/status/ready").status == 503
        assert ask(node.status, "GET", "/status").status == 200
        send_now(node.control, ClearFault(target="kong-1"))
        assert ask(node.status, "GET", "/status/ready").status == 200

    def test_a_route_can_be_hidden_or_added_in_lists_only_or_really(self, node: Node) -> None:
        node.load(to(1))

        def seen() -> tuple[list[str], int, int]:
            names = [route["name"] for route in ask(node.admin, "GET", "/routes").json()["data"]]
            return names, ask(node.proxy, "GET", "/x").status, ask(node.proxy, "GET", "/").status

        def behave(**options: JsonValue) -> None:
            send_now(node.control, SetFault(target="kong-1", fault="entities", options=options))

        added: JsonValue = {"name": "left-over", "path": "/x", "service": "s"}
        before = ask(node.admin, "GET", "/status").json()["configuration_hash"]
        behave(hide="r")
        assert seen() == ([], 502, 502)
        behave(hide="r", really=True)
        assert seen() == ([], 404, 404)
        behave(hide="r", add=added, really=True)
        assert seen() == (["left-over"], 502, 404)
        assert ask(node.admin, "GET", "/status").json()["configuration_hash"] == before
        with pytest.raises(UsageError, match="no route is called none-such"):
            behave(hide="none-such")
        assert seen() == (["r"], 502, 502)

    def test_whose_forwarded_headers_are_believed_can_be_changed_live(self, node: Node) -> None:
        (port,) = free_ports(1)
        node.load(to(port))
        forged = [("X-Forwarded-For", "203.0.113.7, 10.0.0.1")]

        def client() -> str:
            headers = dict(ask(node.proxy, "GET", "/", forged).json()["headers"])
            return headers["X-Real-IP"]

        with echo_upstream(port):
            assert client() == "10.0.0.1"
            send_now(node.control, SetFault(target="kong-1", fault="trusted-ips"))
            assert client() == "203.0.113.7"
            only = {"networks": ["127.0.0.0/30"], "recursive": False}
            send_now(node.control, SetFault(target="kong-1", fault="trusted-ips", options=only))
            assert client() == "10.0.0.1"
            send_now(node.control, ClearFault(target="kong-1"))


class TestHealthChecks:
    CHECKS = """{active: {http_path: /up, timeout: 1, healthy: {interval: 0.05, successes: 2},
                          unhealthy: {interval: 0.05, http_failures: 2, tcp_failures: 2}}}"""

    def health(self, node: Node) -> dict[str, str]:
        data = ask(node.admin, "GET", "/upstreams/pool.up/health").json()["data"]
        return {target["target"]: target["health"] for target in data}

    def becomes(self, node: Node, target: str, health: str) -> None:
        until = time.monotonic() + 5
        while self.health(node)[target] != health:
            assert time.monotonic() < until, self.health(node)
            time.sleep(0.02)

    def load(self, node: Node, *targets: str, checks: str = CHECKS) -> None:
        given = ", ".join(f'{{target: "{target}"}}' for target in targets)
        node.load(
            f"""
_format_version: "3.0"
services: [{{name: s, host: pool.up, routes: [{{name: r, paths: [/]}}]}}]
upstreams: [{{name: pool.up, healthchecks: {checks}, targets: [{given}]}}]
plugins: [{{name: prometheus, config: {{upstream_health_metrics: true}}}}]
"""
        )

    def test_a_target_is_probed_and_loses_and_regains_its_health(self, node: Node) -> None:
        fine = threading.Event()
        seen: list[bytes] = []

        def script(connection: socket.socket, head: bytes) -> None:
            seen.append(head.split(b"\r\n")[0])
            status = b"200 OK" if fine.is_set() else b"500 No"
            connection.sendall(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            connection.shutdown(socket.SHUT_RDWR)

        with scripted_upstream(script) as port:
            target = f"127.0.0.1:{port}"
            self.load(node, target)
            self.becomes(node, target, "UNHEALTHY")
            assert ask(node.proxy, "GET", "/").status == 503
            fine.set()
            self.becomes(node, target, "HEALTHY")
            assert ask(node.proxy, "GET", "/").status == 200
        assert b"GET /up HTTP/1.1" in seen
        self.becomes(node, target, "UNHEALTHY")  # refused now
        line = (
            f'kong_upstream_target_health{{upstream="pool.up",target="{target}",address="{target}",'
            'state="unhealthy",subsystem="http"} 1'
        )
        assert line in ask(node.status, "GET", "/metrics").body.decode().splitlines()

    def test_without_checks_and_without_an_address_that_is_said(self, node: Node) -> None:
        self.load(node, "127.0.0.1:1", "unnamed.test:80", checks="{}")
        assert self.health(node) == {"127.0.0.1:1": "HEALTHCHECKS_OFF", "unnamed.test:80": "DNS_ERROR"}


def test_what_a_node_cannot_do_it_says_when_it_loads_it(tmp_path: Path) -> None:
    proxy, admin, status = free_ports(3)
    declarative = tmp_path / "kong.yml"
    declarative.write_text(
        """
_format_version: "3.0"
services: [{name: s, url: "https://127.0.0.1:1"}]
plugins: [{name: file-log, config: {path: /dev/null}}]
"""
    )
    kong = KongConfig(
        node="kong-1", proxy_port=proxy, admin_port=admin, status_port=status, declarative=declarative
    )
    told = ["plugin file-log", "service s: https is spoken as plain http"]
    line = f"kong-1: not done by the stand-in: {'; '.join(told)}\n"
    with running(StandIns(control=tmp_path / "c.sock", kong=kong), says=line.encode()):
        assert ask(admin, "GET", "/").json()["left_out"] == told
