"""Journeys against a server that keeps what is created, and forgets what is deleted."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from atalaia.environment.probes import Step as Declared
from atalaia.environment.url import parse_url
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from probes.kinds.journey import Journey
from probes.model import Attempt, Planned, Reason
from probes.runner import run_all
from probes.step import Step
from tests.support.scripted_upstream import scripted_upstream

TOKEN = "tok3n-of-the-journey"


class Clinic:
    """Logs in, lists, creates, deletes; can be told to answer something else, or nothing."""

    def __init__(self) -> None:
        self.kept: set[int] = set()
        self.asked: list[str] = []
        self.instead: dict[str, int | None] = {}
        """`POST /items` → the status it is answered with; None: never."""

    def serve(self, connection: socket.socket, head: bytes) -> None:
        lines = head.decode().split("\r\n")
        method, path, _ = lines[0].split()
        self.asked.append(f"{method} {path}")
        instead = self.instead.get(f"{method} {path}", 0)
        if instead is None:
            connection.recv(1)
            return
        status, document = (instead, {}) if instead else self._answer(method, path, lines)
        body = json.dumps(document).encode()
        connection.sendall(
            f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
        )

    def _answer(self, method: str, path: str, lines: list[str]) -> tuple[int, Any]:
        if path == "/login":
            return 200, {"data": {"access": TOKEN}}
        if f"Authorization: Bearer {TOKEN}" not in lines:
            return 401, {}
        if method == "POST":
            self.kept.add(7)
            return 201, {"id": 7}
        if method == "DELETE":
            self.kept.discard(int(path.rpartition("/")[2]))
            return 204, {}
        return 200, sorted(self.kept)


@pytest.fixture
def clinic() -> Iterator[tuple[Clinic, int]]:
    clinic = Clinic()
    with scripted_upstream(clinic.serve) as port:
        yield clinic, port


_BEARER = {"Authorization": "Bearer {token}"}
STEPS: list[dict[str, Any]] = [
    {
        "name": "login", "method": "POST", "path": "/login", "harmless": True,
        "json": {"user": "probe"}, "save": {"token": "/data/access"},
    },
    {
        "name": "create", "method": "POST", "path": "/items", "headers": _BEARER, "harmless": True,
        "json": {"name": "{token}"}, "save": {"id": "/id"}, "expect": {"status": (201,)},
    },
    {"name": "list", "path": "/items", "headers": _BEARER, "expect": {"json": {"/0": 7}}},
    {
        "name": "delete", "method": "DELETE", "path": "/items/{id}", "headers": _BEARER, "harmless": True,
        "always": True,
    },
]  # fmt: skip


def _travel(
    port: int, steps: list[dict[str, Any]] = STEPS, *, timeout: float = 4, writes: bool = False
) -> Attempt:
    url = parse_url(f"http://127.0.0.1:{port}", frozenset({"http"}))
    journey = Journey(url, tuple(Step.of(Declared.model_validate(step)) for step in steps), writes=writes)
    planned = Planned(
        name="journey",
        kind="journey",
        instance=str(url),
        hop=Hop.GATEWAY,
        interval=timedelta(seconds=60),
        timeout=timedelta(seconds=timeout),
        parameters=journey,
    )
    (result,) = asyncio.run(run_all([planned], Network()))
    return result.last


def test_values_are_carried_from_step_to_step(clinic: tuple[Clinic, int]) -> None:
    server, port = clinic
    attempt = _travel(port)
    assert attempt.success, attempt.detail
    assert server.asked == ["POST /login", "POST /items", "GET /items", "DELETE /items/7"]
    assert server.kept == set()
    assert list(attempt.phases) == ["login", "create", "list", "delete"]
    assert TOKEN not in repr(attempt)


def test_neither_a_token_that_was_not_saved_is_told_nor_what_a_query_says(clinic: tuple[Clinic, int]) -> None:
    _, port = clinic
    attempt = _travel(port, steps=[{**STEPS[0], "expect": {"status": (201,)}}])
    assert attempt.detail == "login: 200; 201 wanted"
    assert TOKEN not in repr(attempt)
    attempt = _travel(port, steps=[{"name": "list", "path": "/items?key=s3cret"}])
    assert attempt.shown["steps"][0]["path"] == "/items"
    assert "s3cret" not in repr(attempt)


def test_what_was_made_is_undone_where_a_step_fails(clinic: tuple[Clinic, int]) -> None:
    server, port = clinic
    server.instead["GET /items"] = 500
    attempt = _travel(port)
    assert (attempt.success, attempt.reason) == (False, Reason.STATUS)
    assert attempt.detail.startswith("list: 500; 2xx wanted")
    assert server.asked[-1] == "DELETE /items/7"
    assert server.kept == set()


def test_what_was_made_is_undone_where_a_step_never_ends(clinic: tuple[Clinic, int]) -> None:
    server, port = clinic
    server.instead["GET /items"] = None
    attempt = _travel(port, timeout=1)
    assert attempt.reason is Reason.TIMEOUT
    assert server.kept == set()
    assert attempt.duration < 1.5


def test_a_clean_up_without_its_value_is_not_sent(clinic: tuple[Clinic, int]) -> None:
    server, port = clinic
    server.instead["POST /items"] = 503
    attempt = _travel(port)
    assert attempt.detail.startswith("create: 503; 201 wanted")
    assert server.asked == ["POST /login", "POST /items"]
    assert attempt.shown["steps"][-1]["unsent"] == "no step before it has saved id"


def test_a_clean_up_that_fails_fails_the_journey(clinic: tuple[Clinic, int]) -> None:
    server, port = clinic
    server.instead["DELETE /items/7"] = 500
    attempt = _travel(port)
    assert attempt.reason is Reason.STATUS
    assert attempt.detail.startswith("delete: 500")


def test_what_fails_first_is_the_reason(clinic: tuple[Clinic, int]) -> None:
    server, port = clinic
    server.instead |= {"GET /items": 401, "DELETE /items/7": 500}
    attempt = _travel(port)
    assert attempt.reason is Reason.AUTH
    assert "list: 401" in attempt.detail
    assert "delete: 500" in attempt.detail


def test_a_value_that_is_not_there_ends_the_journey(clinic: tuple[Clinic, int]) -> None:
    server, port = clinic
    wrong = [{**STEPS[0], "save": {"token": "/token"}}, *STEPS[1:]]
    attempt = _travel(port, wrong)
    assert (attempt.reason, attempt.detail) == (
        Reason.BODY,
        "login: nothing at /token, to be saved as token",
    )
    assert server.asked == ["POST /login"]


def test_nothing_is_sent_where_a_step_may_not_be(clinic: tuple[Clinic, int]) -> None:
    server, port = clinic
    harmful = [{**step, "harmless": False} for step in STEPS]
    attempt = _travel(port, harmful)
    assert attempt.reason is Reason.UNMEASURED
    assert server.asked == []
    assert _travel(port, harmful, writes=True).success


def test_a_body_that_does_not_fit_at_once_is_sent_to_its_end() -> None:
    size, came = 8_000_000, bytearray()

    def swallow(connection: socket.socket, head: bytes) -> None:
        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        while len(came) < length - 65_536:  # the rest may have come with the head
            came.extend(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 204 X\r\nConnection: close\r\n\r\n")

    big = {"name": "big", "method": "POST", "path": "/", "harmless": True, "json": "x" * size}
    with scripted_upstream(swallow) as port:
        attempt = _travel(port, [big], timeout=20)
    assert attempt.success, attempt.detail
    assert len(came) > size - 70_000
