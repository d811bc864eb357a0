"""ip-restriction, bot-detection, request-termination, request-size-limiting: what Kong answers itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atalaia.systems.kong.plugins import Answer
from tests.support.kong_turns import SmallKong, message, plugin


def status(answer: Answer | None) -> int | None:
    return None if answer is None else answer.status


@pytest.mark.parametrize(
    ("config", "client", "allowed"),
    [
        ({"allow": ["192.0.2.0/24"]}, "192.0.2.7", True),
        ({"allow": ["192.0.2.0/24"]}, "198.51.100.7", False),
        ({"deny": ["192.0.2.7"]}, "192.0.2.7", False),
        ({"deny": ["192.0.2.7"]}, "192.0.2.8", True),
        ({"allow": ["192.0.2.0/24"], "deny": ["192.0.2.7"]}, "192.0.2.7", False),
        ({"allow": ["2001:db8::/32"]}, "2001:db8::1", True),
        ({"allow": ["2001:db8::/32"]}, "192.0.2.7", False),
    ],
)
def test_addresses(config: dict[str, Any], client: str, allowed: bool) -> None:
    _, answer = SmallKong(plugin("ip-restriction", **config)).ask(client=client)
    assert (answer is None) is allowed
    if answer is not None:
        assert (answer.status, message(answer)) == (403, f"IP address not allowed: {client}")


def test_a_refused_address_may_be_told_nothing() -> None:
    kong = SmallKong(plugin("ip-restriction", allow=["10.0.0.1"], status=404, message="gone"))
    _, answer = kong.ask()
    assert answer is not None
    assert (answer.status, message(answer)) == (404, "gone")


def test_user_agents_that_are_denied_are_forbidden_unless_they_are_allowed() -> None:
    kong = SmallKong(plugin("bot-detection", deny=["evil"], allow=["notevil"]))
    agents = {"evil/1": 403, "notevil/1": None, "curl/8": None}
    assert {it: status(kong.ask(("User-Agent", it))[1]) for it in agents} == agents
    assert status(kong.ask()[1]) is None
    assert status(kong.ask(("User-Agent", "a"), ("User-Agent", "b"))[1]) == 400


def test_terminations() -> None:
    def answer(**config: Any) -> tuple[int, str | None, bytes] | None:
        _, found = SmallKong(plugin("request-termination", **config)).ask()
        return found and (found.status, found.content_type, found.body)

    json_type = "application/json; charset=utf-8"
    assert answer() == (503, json_type, b'{"message":"Service unavailable"}')
    assert answer(status_code=404) == (404, json_type, b'{"message":"Not found"}')
    assert answer(status_code=418) == (418, None, b"")
    assert answer(status_code=200, content_type="text/plain", body="hi") == (200, "text/plain", b"hi")
    assert answer(trigger="x-term") is None


def test_a_termination_may_wait_for_a_trigger_and_tell_what_it_saw() -> None:
    kong = SmallKong(
        plugin("request-termination", trigger="x_term", echo=True, status_code=404, message="bye")
    )
    _, answer = kong.ask(("X-Term", "1"), method="POST", target="/api/y?q=1&flag", body=b"raw")
    assert answer is not None
    seen = json.loads(answer.body)
    assert (seen["message"], seen["matched_route"]["name"], seen["matched_service"]["name"]) == (
        "bye",
        "r",
        "s",
    )
    request = seen["request"]
    assert (request["method"], request["path"], request["raw_body"]) == ("POST", "/api/y", "raw")
    assert request["query"] == {"q": "1", "flag": True}
    assert request["headers"]["x-term"] == "1"
    assert status(kong.ask(target="/api?x_term=1")[1]) == 404
    assert kong.ask()[1] is None


def test_a_body_that_is_too_large_is_refused() -> None:
    kong = SmallKong(plugin("request-size-limiting", allowed_payload_size=1, size_unit="kilobytes"))
    assert kong.ask(method="POST", body=b"x" * 1024)[1] is None
    assert status(kong.ask(method="POST", body=b"x" * 1025)[1]) == 413
    assert status(kong.ask(("Content-Length", "1025"))[1]) == 413
    _, answer = kong.ask(("Content-Length", "1025"), ("Expect", "100-Continue"))
    assert (status(answer), message(answer)) == (417, "Request size limit exceeded")
    strict = SmallKong(plugin("request-size-limiting", require_content_length=True))
    assert status(strict.ask(method="POST", body=b"x")[1]) == 411
    assert strict.ask(("Content-Length", str(128 * 2**20)))[1] is None
