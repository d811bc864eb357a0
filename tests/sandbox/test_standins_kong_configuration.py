"""What Kong's stand-in is configured with, and what its Admin and Status APIs say of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from atalaia.errors import UsageError
from sandbox.standins.config import KongConfig, StandIns
from tests.support.echo_upstream import echo_upstream
from tests.support.kong_standin import Node, running_node, to
from tests.support.standins import Answer, ask, free_ports, running


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with running_node(tmp_path_factory.mktemp("kong")) as found:
        yield found


def post_config(node: Node, text: str) -> Answer:
    body = json.dumps({"config": text}).encode()
    return ask(node.admin, "POST", "/config", [("Content-Type", "application/json")], body)


def test_an_empty_node_is_not_ready_and_its_hash_is_zeros(node: Node) -> None:
    node.load("")
    assert ask(node.admin, "GET", "/status").json()["configuration_hash"] == "0" * 32
    assert ask(node.status, "GET", "/status/ready").status == 503
    assert ask(node.proxy, "GET", "/").status == 404
    node.load(to(1))
    assert ask(node.status, "GET", "/status/ready").json() == {"message": "ready"}


def test_the_same_file_gives_the_same_hash_by_either_way(node: Node) -> None:
    text = to(1)
    node.load(text)
    told = ask(node.admin, "GET", "/status").json()["configuration_hash"]
    assert told == hashlib.md5(text.encode()).hexdigest()
    node.load("")
    assert post_config(node, text).status == 201
    assert ask(node.status, "GET", "/status").json()["configuration_hash"] == told


def test_a_refused_file_changes_nothing(node: Node) -> None:
    node.load(to(1))
    before = ask(node.admin, "GET", "/status").json()["configuration_hash"]
    broken = '{_format_version: "3.0", services: [{name: s, url: "http://h", timeout: 5}]}'
    assert post_config(node, broken).json()["fields"] == {"services": [{"timeout": "unknown field"}]}
    with pytest.raises(UsageError, match=r"services\[0\].timeout: unknown field"):
        node.load(broken)
    assert ask(node.admin, "GET", "/status").json()["configuration_hash"] == before


def test_every_page_of_a_long_list_can_be_followed(node: Node) -> None:
    routes = [{"name": f"r{i}", "paths": [f"/{i}"]} for i in range(250)]
    services = [{"name": "s", "host": "h", "routes": routes}]
    node.load(json.dumps({"_format_version": "3.0", "services": services}))
    found, path = [], "/services/s/routes"
    while path:
        page = ask(node.admin, "GET", path).json()
        found += [route["name"] for route in page["data"]]
        path = page["next"]
    assert found == [route["name"] for route in routes]


def test_the_admin_api_lets_any_origin_in_as_kongs_does(node: Node) -> None:
    answer = ask(node.admin, "GET", "/status", [("Origin", "https://evil.example")])
    assert answer.header("Access-Control-Allow-Origin") == "https://evil.example"
    assert answer.header("Access-Control-Allow-Credentials") == "true"


def test_the_stand_in_says_what_it_is(node: Node) -> None:
    answer = ask(node.admin, "GET", "/")
    assert answer.json()["tagline"] == "Welcome to kong"
    assert answer.json()["version"] == "3.4.2-atalaia-stand-in"
    assert answer.header("Server") == "kong/3.4.2-atalaia-stand-in"


def test_consumers_have_their_credentials_and_what_nobody_declares_is_an_empty_list(node: Node) -> None:
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


def test_schemas_are_those_that_files_are_read_by(node: Node) -> None:
    fields = ask(node.admin, "GET", "/schemas/plugins/cors").json()["fields"]
    assert {"protocols", "consumer", "config"} <= {name for field in fields for name in field}
    assert ask(node.admin, "GET", "/schemas/routes").status == 200
    assert ask(node.admin, "GET", "/schemas/plugins/none-such").status == 404


def test_answers_are_counted_where_the_file_asks_for_it(node: Node) -> None:
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
