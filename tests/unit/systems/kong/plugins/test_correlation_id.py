"""correlation-id: which id a request gets, and who is told."""

from __future__ import annotations

import pytest

from tests.support.kong_turns import SmallKong, plugin


def test_a_request_gets_an_id_and_keeps_its_own() -> None:
    kong = SmallKong(
        plugin("correlation-id", generator="uuid", header_name="X-Request-ID", echo_downstream=True)
    )
    turn, _ = kong.ask()
    made = dict(turn.headers)["X-Request-ID"]
    assert made == "00000000-0000-4000-8000-000000000002"
    assert turn.finish(200, []) == [("X-Request-ID", made)]
    turn, _ = kong.ask(("x-request-id", "mine"))
    assert ("x-request-id", "mine") in turn.headers, "the client's is trusted, and passed on as it came"
    assert turn.finish(200, [("X-Request-Id", "the upstream's")]) == [("X-Request-ID", "mine")]
    turn, _ = kong.ask(("x-request-id", ""))
    assert dict(turn.headers)["X-Request-ID"], "an empty one counts as none"


@pytest.mark.parametrize(
    ("generator", "made"),
    [
        (
            "uuid#counter",
            ["00000000-0000-4000-8000-000000000001#1", "00000000-0000-4000-8000-000000000001#2"],
        ),
        ("tracker", ["192.0.2.9-8000-7-1-1-1795258086.500"] * 2),
    ],
)
def test_the_other_generators(generator: str, made: list[str]) -> None:
    kong = SmallKong(plugin("correlation-id", generator=generator))
    assert [dict(kong.ask()[0].headers)["Kong-Request-ID"] for _ in made] == made
    turn, _ = kong.ask()
    assert turn.finish(200, []) == [], "the client is told only where it is configured"


def test_an_answer_of_another_plugin_has_an_id_that_no_one_else_saw() -> None:
    """It runs last: a rejected request has no id when the limiter answers."""
    config = {"generator": "uuid", "echo_downstream": True}
    kong = SmallKong(plugin("correlation-id", **config), plugin("request-termination", status_code=403))
    turn, _ = kong.ask()
    assert turn.headers == [("Host", "gateway.example")]
    (told_to_client,) = turn.finish(403, []) or []
    assert told_to_client == ("Kong-Request-ID", "00000000-0000-4000-8000-000000000002")
