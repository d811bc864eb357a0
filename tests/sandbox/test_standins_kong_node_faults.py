"""Faults of a whole node of Kong's stand-in: stopped, not ready, with other entities, trusting others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import JsonValue

from atalaia.errors import UsageError
from sandbox.standins.control import ClearFault, SetFault, send_now
from tests.support.echo_upstream import echo_upstream
from tests.support.kong_standin import Node, running_node, to
from tests.support.standins import ask, free_ports


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with running_node(tmp_path_factory.mktemp("kong")) as found:
        yield found


def test_stopped_closes_all_three_listeners(node: Node) -> None:
    send_now(node.control, SetFault(target="kong-1", fault="stopped"))
    for port in (node.proxy, node.admin, node.status):
        with pytest.raises(ConnectionRefusedError):
            ask(port, "GET", "/status")
    send_now(node.control, ClearFault(target="kong-1"))
    assert ask(node.admin, "GET", "/status").status == 200


def test_not_ready_is_said_on_the_status_listener_only(node: Node) -> None:
    node.load(to(1))
    send_now(node.control, SetFault(target="kong-1", fault="not-ready"))
    assert ask(node.status, "GET", "/status/ready").status == 503
    assert ask(node.status, "GET", "/status").status == 200
    send_now(node.control, ClearFault(target="kong-1"))
    assert ask(node.status, "GET", "/status/ready").status == 200


def test_a_route_can_be_hidden_or_added_in_lists_only_or_really(node: Node) -> None:
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


def test_whose_forwarded_headers_are_believed_can_be_changed_live(node: Node) -> None:
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
