"""The recordings of a real Kong 3.4.2, as tests compare with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "data" / "kong-3.4.2"
DECLARATIVE = (DATA / "kong.yml").read_text()
PROXY_PORT, ADMIN_PORT, STATUS_PORT, ECHO_PORT, DEAD_PORT = 18000, 18001, 18100, 19080, 19089
"""The ports of the recording."""

Headers = list[tuple[str, str]]

NOT_REPRODUCED = {
    219: "the root document tells of the machine, of nginx and of Lua",
    229: "a page begins with another service: Kong's own order is random",
    230: "as 229",
}
"""n of an exchange → why neither the model nor the stand-in answers the same. At most ten."""


@dataclass(frozen=True)
class Recorded:
    """One exchange with the real Kong."""

    n: int
    group: str
    note: str
    listener: str
    sent_at: float
    """Unix seconds."""
    method: str
    target: str
    request_headers: Headers
    request_body: str
    status: int | None
    phrase: str
    headers: Headers
    body: str

    @property
    def by_name(self) -> dict[str, list[str]]:
        """The request's headers by lower-case name."""
        found: dict[str, list[str]] = {}
        for name, value in self.request_headers:
            found.setdefault(name.lower(), []).append(value)
        return found

    @property
    def echo(self) -> dict[str, Any] | None:
        """What the upstream saw, where the answer is the echo upstream's."""
        if ("Server", "echo-upstream/1.0") not in self.headers or self.method == "HEAD":
            return None
        document: dict[str, Any] = json.loads(self.body)
        return document

    def __str__(self) -> str:
        return f"{self.n} {self.note}"


def recordings(*groups: str) -> list[Recorded]:
    """The exchanges of these groups (none given: all), in the order in which they happened."""
    lines = (DATA / "transcripts.jsonl").read_text().splitlines()
    return [recorded for line in lines if (recorded := _read(json.loads(line))).group in groups or not groups]


def proxied() -> list[Recorded]:
    """The exchanges with the proxy listener."""
    return [recorded for recorded in recordings() if recorded.listener == "proxy"]


def told() -> list[Recorded]:
    """The exchanges with the Admin and the Status API."""
    return [recorded for recorded in recordings() if recorded.listener in ("admin", "status")]


def undescribed(schema: Any) -> Any:
    """A schema without its descriptions: they are Kong's documentation, and rule nothing."""
    if isinstance(schema, dict):
        return {name: undescribed(value) for name, value in schema.items() if name != "description"}
    return [undescribed(value) for value in schema] if isinstance(schema, list) else schema


def refusals() -> list[dict[str, Any]]:
    """The answers to declarative files."""
    return [json.loads(line) for line in (DATA / "refusals.jsonl").read_text().splitlines()]


def _read(entry: dict[str, Any]) -> Recorded:
    request, response = entry["request"], entry["response"]
    method, target, _ = request["line"].split(" ")
    phrase = (response.get("status_line") or "").split(" ", 2)
    return Recorded(
        n=entry["n"], group=entry["group"], note=entry["note"], listener=entry["listener"],
        sent_at=datetime.fromisoformat(entry["sent_at"]).timestamp(), method=method, target=target,
        request_headers=[(name, value) for name, value in request["headers"]],
        request_body=request["body"],
        status=response.get("status"),
        phrase=phrase[2] if len(phrase) == 3 else "",
        headers=[(name, value) for name, value in response.get("headers") or ()],
        body=response.get("body") or "",
    )  # fmt: skip
