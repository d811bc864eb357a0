"""Kong's stand-in, over a socket, answers as a real Kong 3.4.2 did."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.standins.config import KongConfig, StandIns
from sandbox.standins.control import SetClock, send_now
from tests.support.echo_upstream import echo_upstream
from tests.support.kong_recordings import (
    ADMIN_PORT,
    DEAD_PORT,
    DECLARATIVE,
    ECHO_PORT,
    NOT_REPRODUCED,
    PROXY_PORT,
    STATUS_PORT,
    Recorded,
    recordings,
    undescribed,
)
from tests.support.standins import Answer, ask, free_ports, running

DIFFER = {
    "date",
    "x-kong-upstream-latency",
    "x-kong-proxy-latency",
    "x-kong-response-latency",
    "x-kong-admin-latency",
}
"""Headers whose value is of the moment; that they are there is compared."""

LEFT_OUT = rb"(kong-1: not done by the stand-in: [^\n]+\n)?"
"""What the node says of the recorded declarative file when it is loaded."""
CREDENTIAL_ID = re.compile(r'(?<="X-Credential-Identifier", ")[0-9a-f-]{36}')
"""Kong makes it up at every start, unless the file gives it."""

NODE_OWN = {"id", "node_id", "created_at", "updated_at", "route", "service", "consumer", "upstream"}
"""Fields of listed entities that are of the node or the moment, or that hold such an id."""


@dataclass(frozen=True)
class Replay:
    """The stand-in's ports, in the place of the recording's."""

    ports: dict[int, int]
    control: Path

    def there(self, text: str) -> str:
        """A recorded text with this run's ports."""
        return self._swap(text, self.ports)

    def back(self, text: str) -> str:
        """This run's text with the recorded ports."""
        return self._swap(text, {mine: recorded for recorded, mine in self.ports.items()})

    def _swap(self, text: str, ports: dict[int, int]) -> str:
        return re.sub(r"\b\d{5}\b", lambda found: str(ports.get(int(found[0]), found[0])), text)

    def send(self, recorded: Recorded) -> Answer | None:
        """The recorded request, to the stand-in; None where it closes the connection without an answer."""
        port = {"proxy": PROXY_PORT, "admin": ADMIN_PORT, "status": STATUS_PORT}[recorded.listener]
        body = self.there(recorded.request_body).encode()
        headers = [(name, self.there(value)) for name, value in recorded.request_headers]
        if any(name == "Content-Length" for name, _ in headers):
            headers = [(n, str(len(body)) if n == "Content-Length" else v) for n, v in headers]
        try:
            answer = ask(self.ports[port], recorded.method, recorded.target, headers, body, host=False)
        except ConnectionError:
            return None
        told = [(name, self.back(value)) for name, value in answer.headers]
        return replace(answer, headers=told, body=self.back(answer.body.decode()).encode())


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    directory = tmp_path_factory.mktemp("kong")
    recorded = (PROXY_PORT, ADMIN_PORT, STATUS_PORT, ECHO_PORT, DEAD_PORT)
    ports = dict(zip(recorded, free_ports(len(recorded)), strict=True))
    found = Replay(ports, directory / "control.sock")
    declarative = directory / "kong.yml"
    declarative.write_text(found.there(DECLARATIVE))
    standins = _standins(found, declarative)
    with echo_upstream(found.ports[ECHO_PORT]), running(standins, says=LEFT_OUT):
        yield found


def _standins(replay: Replay, declarative: Path) -> StandIns:
    kong = KongConfig(
        node="kong-1",
        proxy_port=replay.ports[PROXY_PORT],
        admin_port=replay.ports[ADMIN_PORT],
        status_port=replay.ports[STATUS_PORT],
        declarative=declarative,
    )
    return StandIns(control=replay.control, kong=kong)


def test_replaying_every_exchange_in_the_order_of_the_recording(
    replay: Replay, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status, headers (their order aside) and bodies; in one test, for one exchange may prepare the next.

    The node's clock stands where the recording's stood: its limiters see the recorded windows.
    """
    compared = recordings()
    assert len(compared) == 224
    assert len(NOT_REPRODUCED) <= 10
    wrong: dict[str, list[str]] = {}
    for recorded in compared:
        send_now(replay.control, SetClock(target="kong-1", at=recorded.sent_at))
        differences = list(_differences(recorded, replay.send(recorded)))
        if recorded.n in NOT_REPRODUCED:
            assert differences, f"{recorded} is reproduced now: take it off the list"
        elif differences:
            wrong[str(recorded)] = differences
    assert not wrong, "\n".join(f"{what}: {differences}" for what, differences in wrong.items())
    with capsys.disabled():
        print(f"\n{len(compared) - len(NOT_REPRODUCED)} of {len(compared)} exchanges replayed over a socket")


def _differences(recorded: Recorded, answer: Answer | None) -> Iterator[str]:
    if answer is None or recorded.status is None:
        if answer is not None or recorded.status is not None:
            yield f"{answer and answer.status} instead of {recorded.status}"
        return
    if (answer.status, answer.phrase) != (recorded.status, recorded.phrase.strip()):
        yield f"{answer.status} {answer.phrase} instead of {recorded.status} {recorded.phrase}"
    listed = recorded.listener != "proxy" and recorded.body.startswith("{") and recorded.status in (200, 201)
    mine, theirs = _headers(answer.headers, listed), _headers(recorded.headers, listed)
    if mine != theirs:
        yield f"headers: {sorted(set(mine) - set(theirs))} instead of {sorted(set(theirs) - set(mine))}"
    body = answer.body.decode()
    if listed:
        mine_document, their_document = _comparable(json.loads(body)), _comparable(json.loads(recorded.body))
        if mine_document != their_document:
            yield f"document: {mine_document} instead of {their_document}"
    elif body.startswith("{") and recorded.listener != "proxy":
        if json.loads(body) != json.loads(recorded.body):  # keys are in no order
            yield f"document: {body} instead of {recorded.body}"
    elif CREDENTIAL_ID.sub("…", body) != CREDENTIAL_ID.sub("…", recorded.body):
        yield f"body: {body!r} instead of {recorded.body!r}"


def _headers(headers: list[tuple[str, str]], listed: bool) -> list[tuple[str, str]]:
    """Sorted, without the values that are of the moment or name a version."""
    found = []
    for name, value in headers:
        if name.lower() in DIFFER or (listed and name == "Content-Length"):
            value = "…"
        found.append((name, value.replace("3.4.2-atalaia-stand-in", "3.4.2")))
    return sorted(found)


def _comparable(document: Any) -> Any:
    """An Admin document without what is of the node or the moment, its lists of entities in one order."""
    if not isinstance(document, dict):
        return document
    if "memory" in document:
        return {key: sorted(value) if isinstance(value, dict) else "…" for key, value in document.items()}
    if "fields" in document and "code" not in document:
        return undescribed(document)
    if "enabled_plugins" in document:
        return sorted(document["enabled_plugins"])
    kept = {
        key: _comparable(value)
        for key, value in document.items()
        if key not in NODE_OWN or value is None or (key == "upstream" and isinstance(value, str))
    }
    if set(document) >= {"data", "next"} and isinstance(document["data"], list):
        entities = [_comparable(entity) for entity in document["data"]]
        kept["data"] = sorted(entities, key=lambda entity: json.dumps(entity, sort_keys=True))
    if "routes" in document or "services" in document:  # the answer to POST /config: entities by id
        return {
            kind: [_comparable(entity) for entity in entities.values()] for kind, entities in document.items()
        }
    return kept
