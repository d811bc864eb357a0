"""Lists of the Admin API: read to their last page, bounded, and without secrets, whatever the server does."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from atalaia.environment.url import parse_url
from atalaia.exchange.failure import Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.systems.kong import live
from atalaia.systems.kong.admin.model import AdminEntities, AdminList
from atalaia.systems.kong.drift import drift
from atalaia.systems.kong.given import given
from atalaia.systems.observe import observe, prepare
from sandbox.standins.config import KongConfig, StandIns
from tests.support.scripted_upstream import scripted_upstream
from tests.support.standins import free_ports, running

ROUTES = 450
FILE = json.dumps({
    "_format_version": "3.0",
    "services": [{
        "name": "s", "url": "http://127.0.0.1:9",
        "routes": [{"name": f"r{n}", "paths": [f"/r{n}"]} for n in range(ROUTES)],
        "plugins": [{"name": "rate-limiting", "config": {"minute": 5, "policy": "redis",
                                                         "redis_host": "h", "redis_password": "hush"}}],
    }],
    "upstreams": [{"name": f"u{n}", "targets": [{"target": f"10.0.0.{n}:80"}]} for n in range(3)],
    "consumers": [{"username": "alice"}],
})  # fmt: skip


def read(
    port: int, path: str, *, below: str = "", known: tuple[str, ...] = (), optional: bool = False
) -> AdminEntities:
    """A list, observed."""
    wanted = AdminList(
        key=f"list {path}", hop=Hop.GATEWAY, url=parse_url(f"http://127.0.0.1:{port}", frozenset({"http"})),
        path=path, below=below, known=tuple(map(SecretStr, known)), optional=optional,
    )  # fmt: skip
    prepare([wanted], Network())
    seen = asyncio.run(observe(wanted, Network()))
    assert isinstance(seen, AdminEntities)
    return AdminEntities.model_validate_json(seen.model_dump_json())  # as it is stored


def test_all_pages_of_a_gateway_are_what_its_file_says(tmp_path: Path) -> None:
    proxy, admin, status = free_ports(3)
    (tmp_path / "kong.yml").write_text(FILE)
    kong = KongConfig(node="kong-1", proxy_port=proxy, admin_port=admin, status_port=status,
                      declarative=tmp_path / "kong.yml")  # fmt: skip
    file = given(FILE, "kong.yml")
    with running(StandIns(control=tmp_path / "c.sock", kong=kong)):
        known = tuple(file.secrets)
        seen = {kind: read(admin, f"/{kind}", known=known) for kind in live.KINDS if kind != "targets"}
        seen["upstreams"] = read(admin, "/upstreams", below="targets", known=known)
    assert [it.failure for it in seen.values()] == [None] * 5
    assert seen["routes"].pages == 3
    assert len(seen["routes"].documents) == ROUTES
    assert "hush" not in "".join(it.model_dump_json() for it in seen.values())
    lists = {kind: it.documents for kind, it in seen.items()} | {"targets": seen["upstreams"].below}
    assert drift(file, live.configuration(lists)) == ()


def answering(*bodies: str, status: str = "200 OK", kind: str = "application/json") -> Callable[..., None]:
    """Gives these bodies, the last one again and again."""
    left = list(bodies)

    def script(connection: socket.socket, head: bytes) -> None:
        body = (left.pop(0) if len(left) > 1 else left[0]).encode()
        connection.sendall(
            f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )

    return script


def page(following: str | None, *ids: str) -> str:
    """A page of a list."""
    return json.dumps({"data": [{"id": id_} for id_ in ids], "next": following})


@pytest.mark.parametrize(
    ("bodies", "status", "reason", "told", "whole"),
    [
        ((page("/routes?size=200", "a"),), "200 OK", Reason.PROTOCOL, "round in a circle", 1),
        ((page("/b", "a"), page("/c", "b"), page("/b", "c")), "200 OK", Reason.PROTOCOL, "circle", 3),
        ((page("http://elsewhere.example/", "a"),), "200 OK", Reason.PROTOCOL, "no path of the same", 0),
        ((page("//elsewhere.example/", "a"),), "200 OK", Reason.PROTOCOL, "no path of the same", 0),
        ((page("/a b\r\nX: y", "a"),), "200 OK", Reason.PROTOCOL, "no path of the same", 0),
        ((page(None, "../../config"),), "200 OK", Reason.PROTOCOL, "no entity", 0),
        (("<html>",), "200 OK", Reason.PROTOCOL, "HTML instead of a page", 0),
        (("[]",), "200 OK", Reason.PROTOCOL, "no page of a list", 0),
        (('{"data": 1}',), "200 OK", Reason.PROTOCOL, "data is no list", 0),
        (("[" * 100_000,), "200 OK", Reason.PROTOCOL, "nested too deeply", 0),
        (("x" * (2**20 + 1),), "200 OK", Reason.PROTOCOL, "too long", 0),
        (("{}",), "401 Unauthorized", Reason.AUTH, "401 instead of a list", 0),
    ],
)  # fmt: skip
def test_a_list_that_is_not_whole_says_why(
    bodies: tuple[str, ...], status: str, reason: Reason, told: str, whole: int
) -> None:
    with scripted_upstream(answering(*bodies, status=status)) as port:
        seen = read(port, "/routes")
    assert seen.failure is not None
    assert seen.failure.reason is reason
    assert told in seen.failure.detail
    assert len(seen.documents) == whole


def test_a_list_that_a_gateway_may_not_have_is_absent_only_where_it_may_be() -> None:
    with scripted_upstream(answering('{"message":"Not found"}', status="404 Not Found")) as port:
        absent, missing = read(port, "/key-auths", optional=True), read(port, "/routes")
    assert (absent.absent, absent.failure, absent.documents) == (True, None, ())
    assert missing.failure is not None
    assert not missing.absent
    gone = answering(page("/key-auths?offset=1", "a"), "{}", status="200 OK")
    with scripted_upstream(gone) as port:
        assert read(port, "/key-auths", optional=True).failure is not None, "its second page is no page"


def test_pages_without_end_are_not_followed_for_ever() -> None:
    count = iter(range(10_000))

    def script(connection: socket.socket, head: bytes) -> None:
        answering(page(f"/routes?offset={next(count)}", "a"))(connection, head)

    with scripted_upstream(script) as port:
        seen = read(port, "/routes")
    assert seen.failure is not None
    assert seen.failure.detail == "more than 500 pages"
    assert seen.pages == 500


def test_an_empty_list_of_lua_is_empty() -> None:
    with scripted_upstream(answering('{"data": {}, "next": null}')) as port:
        seen = read(port, "/consumers")
    assert (seen.failure, seen.documents, seen.pages) == (None, (), 1)


def test_nobody_there_is_a_failure() -> None:
    (port,) = free_ports(1)
    seen = read(port, "/routes")
    assert seen.failure is not None
    assert seen.failure.reason is Reason.REFUSED
