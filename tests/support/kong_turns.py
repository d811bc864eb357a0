"""Requests on their way through the modelled plugins of a small declarative file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from atalaia.systems.kong.declarative import load_document
from atalaia.systems.kong.entities import Configuration
from atalaia.systems.kong.plugins import Answer, Chains, Turn, Worker
from atalaia.systems.kong.routing import Router

NOW = 1795258086.5
"""2026-11-21 10:48:06.5 UTC"""

Lines = list[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """A request as a proxy has read it."""

    method: str = "GET"
    target: str = "/api/x"
    headers: Lines = field(default_factory=list)
    body: bytes = b""

    @property
    def by_name(self) -> dict[str, list[str]]:
        """Values by lower-case name."""
        found: dict[str, list[str]] = {}
        for name, value in self.headers:
            found.setdefault(name.lower(), []).append(value)
        return found


class SmallKong:
    """One service, one route, `/api`, some plugins on the route, others everywhere; a uuid that counts."""

    def __init__(
        self,
        *plugins: dict[str, Any],
        everywhere: tuple[dict[str, Any], ...] = (),
        consumers: tuple[dict[str, Any], ...] = (),
        version: tuple[int, int] = (3, 4),
        path: str = "/api",
    ) -> None:
        self._made = 0
        self.configuration = declared(*plugins, everywhere=everywhere, consumers=consumers, path=path)
        self.worker = Worker(version, uuid=self._uuid)
        self.chains = Chains(self.configuration, self.worker)
        self._router = Router(self.configuration)

    def begin(
        self,
        *headers: tuple[str, str],
        method: str = "GET",
        target: str = "/api/x",
        body: bytes = b"",
        client: str = "192.0.2.1",
        now: float = NOW,
    ) -> Turn:
        """A request's turn; one for a path of no route if none takes it."""
        request = Request(method, target, [("Host", "gateway.example"), *headers], body)
        match = self._router.match(method, target, "gateway.example", request.by_name)
        return self.chains.begin(match, request, client=client, now=now, tracker="192.0.2.9-8000-7-1-1")

    def ask(self, *headers: tuple[str, str], **request: Any) -> tuple[Turn, Answer | None]:
        """A request's turn after the plugins have seen it, its counters counted; and their answer."""
        turn = self.begin(*headers, **request)
        outcome = turn.access()
        assert outcome is None or isinstance(outcome, Answer)
        turn.settle()
        return turn, outcome

    def _uuid(self) -> str:
        self._made += 1
        return f"00000000-0000-4000-8000-{self._made:012d}"


def declared(
    *plugins: dict[str, Any],
    everywhere: tuple[dict[str, Any], ...] = (),
    consumers: tuple[dict[str, Any], ...] = (),
    path: str = "/api",
) -> Configuration:
    """The configuration of these plugins on one route, and of others everywhere."""
    route = {"name": "r", "paths": [path], "plugins": list(plugins)}
    service = {"name": "s", "url": "http://upstream.example:8080", "routes": [route]}
    document = {
        "_format_version": "3.0", "services": [service], "plugins": list(everywhere),
        "consumers": list(consumers),
    }  # fmt: skip
    return load_document(document, digest="0")


def plugin(name: str, **config: Any) -> dict[str, Any]:
    """A plugin of a declarative file."""
    return {"name": name, "config": config}


def message(answer: Answer | None) -> Any:
    """What a JSON answer says."""
    assert answer is not None
    document = json.loads(answer.body)
    return document.get("message", document)
