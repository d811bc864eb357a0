"""The ways in which Kong's stand-in can be broken, as a client sees them."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from sandbox.standins.config import KongConfig, StandIns
from sandbox.standins.control import ClearFault, Reload, SetClock, SetFault, send_now
from tests.support.scripted_upstream import scripted_upstream
from tests.support.standins import Answer, ask, free_ports, running

NOON = 1795262400.0
SECRET = "only-for-tests-only-for-tests-only-for-tests"
FILE = """
_format_version: "3.0"
services:
- name: s
  url: http://127.0.0.1:{port}
  routes:
  - {{name: limited, paths: [/limited],
      plugins: [{{name: rate-limiting, config: {{minute: 2, policy: local}}}}]}}
  - {{name: tokens, paths: [/tokens], plugins: [{{name: jwt, config: {{claims_to_verify: [exp]}}}}]}}
  - {{name: plain, paths: [/plain]}}
consumers: [{{username: app, jwt_secrets: [{{key: atendeai, secret: {secret}}}]}}]
plugins:
- {{name: correlation-id, config: {{header_name: X-Request-ID, generator: uuid, echo_downstream: true}}}}
"""


@dataclass
class Node:
    """A running node whose clock stands, and what its upstream has seen."""

    proxy: int
    control: Path
    seen: list[dict[str, str]] = field(default_factory=list)

    def get(self, path: str, *headers: tuple[str, str]) -> Answer:
        return ask(self.proxy, "GET", path, list(headers))

    def at(self, seconds: float) -> None:
        send_now(self.control, SetClock(target="kong-1", at=NOON + seconds))

    @contextmanager
    def broken(self, fault: str, **options: JsonValue) -> Iterator[None]:
        send_now(self.control, SetFault(target="kong-1", fault=fault, options=options))
        try:
            yield
        finally:
            send_now(self.control, ClearFault(target="kong-1"))


@pytest.fixture(scope="module")
def running_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    ports = free_ports(3)
    node = Node(ports[0], tmp_path_factory.mktemp("kong") / "c.sock")
    kong = KongConfig(node="kong-1", proxy_port=ports[0], admin_port=ports[1], status_port=ports[2])

    def script(connection: Any, head: bytes) -> None:
        lines = head.decode().split("\r\n")[1:]
        node.seen.append({name.lower(): value for name, _, value in (line.partition(": ") for line in lines)})
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with scripted_upstream(script) as port, running(StandIns(control=node.control, kong=kong)):
        declarative = FILE.format(port=port, secret=SECRET)
        send_now(node.control, Reload(target="kong-1", declarative=declarative))
        yield node


@pytest.fixture
def node(running_node: Node, request: pytest.FixtureRequest) -> Node:
    """Each test in a minute of its own."""
    index = list(request.session.items).index(request.node)
    running_node.at(index * 60)
    running_node.seen.clear()
    return running_node


def statuses(node: Node, count: int) -> list[int]:
    return [node.get("/limited").status for _ in range(count)]


def test_healthy_the_limiter_denies_before_the_upstream(node: Node) -> None:
    assert statuses(node, 4) == [200, 200, 429, 429]
    assert len(node.seen) == 2


def test_a_late_limiters_denials_have_been_at_the_upstream(node: Node) -> None:
    with node.broken("late-limiter"):
        assert statuses(node, 4) == [200, 200, 429, 429]
        assert node.get("/limited").header("Retry-After") is not None
    assert len(node.seen) == 5


def test_what_a_late_jwt_plugin_refuses_has_been_at_the_upstream(node: Node) -> None:
    assert node.get("/tokens").status == 401
    assert node.seen == []
    with node.broken("late-jwt"):
        assert node.get("/tokens").status == 401
        assert node.get("/plain").status == 200
    assert len(node.seen) == 2


def test_a_header_is_dropped_from_all_answers_or_from_those_with_one_status(node: Node) -> None:
    def shown(path: str) -> str | None:
        return node.get(path).header("Content-Type")

    healthy = {path: shown(path) for path in ("/tokens", "/no-such-route")}
    assert all(healthy.values())
    with node.broken("header-dropped", header="content-type"):
        assert [shown(path) for path in healthy] == [None, None]
    with node.broken("header-dropped", header="Content-Type", status=404):
        assert [shown(path) for path in healthy] == [healthy["/tokens"], None]


def test_who_was_denied_once_stays_denied(node: Node) -> None:
    with node.broken("limiter-sticks"):
        assert statuses(node, 3) == [200, 200, 429]
        node.at(10_000_000)
        assert statuses(node, 2) == [429, 429]
        assert node.get("/plain").status == 200
    node.at(20_000_000)
    assert statuses(node, 1) == [200]


def test_a_wrong_reset_is_off_by_as_much_as_asked(node: Node) -> None:
    with node.broken("reset-wrong", seconds=9):
        assert [node.get("/limited").header("RateLimit-Reset") for _ in range(2)] == ["69", "69"]
        denied = node.get("/limited")
        assert (denied.header("RateLimit-Reset"), denied.header("Retry-After")) == ("69", "69")


def test_in_a_burst_nobody_is_counted_in_time(node: Node) -> None:
    with node.broken("burst", milliseconds=400), ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: node.get("/limited").status, range(12)))
        assert answers == [200] * 12
        until = time.monotonic() + 5
        while node.get("/limited").status != 429:
            assert time.monotonic() < until
            time.sleep(0.02)


def test_the_correlation_id_is_lost_on_both_ways(node: Node) -> None:
    mine = ("X-Request-ID", "mine")
    assert node.get("/plain", mine).header("X-Request-ID") == "mine"
    with node.broken("correlation-dropped"):
        assert node.get("/plain", mine).header("X-Request-ID") is None
    assert [seen.get("x-request-id") for seen in node.seen] == ["mine", None]


def token(claims: dict[str, Any], alg: str = "HS256", secret: str = SECRET) -> str:
    def encoded(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    signed = ".".join(encoded(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": alg}, claims))
    signature = "" if alg == "none" else encoded(hmac.digest(secret.encode(), signed.encode(), "sha256"))
    return f"{signed}.{signature}"


FLAWED = {
    "alg-none": token({"iss": "atendeai", "exp": NOON + 1e9}, alg="none"),
    "expired": token({"iss": "atendeai", "exp": NOON - 1e6}),
    "wrong-signature": token({"iss": "atendeai", "exp": NOON + 1e9}, secret="another"),
    "nobody's": token({"iss": "nobody", "exp": NOON + 1e9}),
    "no token": "x.y.z",
}


@pytest.mark.parametrize("accepted", ["alg-none", "expired", "wrong-signature"])
def test_one_flaw_of_a_token_is_overlooked_and_no_other(node: Node, accepted: str) -> None:
    def answers() -> dict[str, int]:
        return {
            flaw: node.get("/tokens", ("Authorization", f"Bearer {text}")).status
            for flaw, text in FLAWED.items()
        }

    assert set(answers().values()) == {401}
    with node.broken("jwt-lenient", accept=accepted):
        assert answers() == dict.fromkeys(FLAWED, 401) | {accepted: 200}
        assert node.get("/tokens").status == 401
    (seen,) = node.seen
    assert seen["authorization"] == f"Bearer {FLAWED[accepted]}"  # the upstream sees what was sent
