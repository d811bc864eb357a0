"""A node that stands in for Kong 3.5 or later gives every request a name, and tells it to all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from sandbox.standins.config import KongConfig, StandIns
from tests.support.echo_upstream import echo_upstream
from tests.support.standins import Answer, ask, free_ports, running

FILE = """
_format_version: "3.0"
services:
- {{name: echo, url: "http://127.0.0.1:{echo}", routes: [{{name: echo, paths: [/echo]}}]}}
- {{name: dead, url: "http://127.0.0.1:{dead}", retries: 0, routes: [{{name: dead, paths: [/dead]}}]}}
- name: shut
  url: "http://127.0.0.1:{dead}"
  routes: [{{name: shut, paths: [/shut], plugins: [{{name: key-auth}}]}}]
"""
GIVEN = "chosen-by-the-client"


@dataclass(frozen=True)
class Node:
    """A running node, asked through its proxy."""

    port: int

    def get(self, path: str, *headers: tuple[str, str]) -> tuple[Answer, str]:
        """An answer, and the id that it carries."""
        answer = ask(self.port, "GET", path, [("Accept", "application/json"), *headers])
        carried = [value for name, value in answer.headers if name == "X-Kong-Request-Id"]
        assert len(carried) == 1
        assert re.fullmatch("[0-9a-f]{32}", carried[0])
        return answer, carried[0]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    directory = tmp_path_factory.mktemp("kong")
    proxy, admin, status, echo, dead = free_ports(5)
    (directory / "kong.yml").write_text(FILE.format(echo=echo, dead=dead))
    kong = KongConfig(
        node="kong-1", version="3.9.1", proxy_port=proxy, admin_port=admin, status_port=status,
        declarative=directory / "kong.yml",
    )  # fmt: skip
    with echo_upstream(echo), running(StandIns(control=directory / "c.sock", kong=kong)):
        yield Node(proxy)


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/none", 404, "no Route matched with those values"),
        ("/dead", 502, "An invalid response was received from the upstream server"),
    ],
)
def test_an_error_tells_the_id_in_its_body_and_its_headers(
    node: Node, path: str, status: int, message: str
) -> None:
    answer, request_id = node.get(path)
    assert answer.status == status
    assert answer.json() == {"message": message, "request_id": request_id}


def test_a_plugins_refusal_tells_the_id(node: Node) -> None:
    answer, request_id = node.get("/shut")
    assert answer.status == 401
    assert answer.json()["request_id"] == request_id


def test_the_upstream_sees_the_id_that_the_client_is_told_and_no_other(node: Node) -> None:
    answer, request_id = node.get("/echo", ("X-Kong-Request-Id", GIVEN))
    seen = [value for name, value in answer.json()["headers"] if name.lower() == "x-kong-request-id"]
    assert seen == [request_id]


def test_every_request_has_an_id_of_its_own(node: Node) -> None:
    assert len({node.get("/none")[1] for _ in range(5)}) == 5
