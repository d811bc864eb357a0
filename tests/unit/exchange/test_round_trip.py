"""What was seen is the same after it was stored and read by another worker."""

from __future__ import annotations

import json

import pytest

from atalaia.exchange.exchange import (
    Attempt,
    Certificate,
    Connection,
    Exchange,
    Exchanges,
    Phases,
    Resolution,
)
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.exchange.seen import Seen
from atalaia.run.observations import Observation

REFUSED = Failure(reason=Reason.REFUSED, detail="connection refused")
EXCHANGE = Exchange(
    method="GET",
    url="https://front.test/health",
    request_id="0d9c",
    source="127.64.0.9",
    address="127.0.0.1",
    response=Response(
        status=200,
        reason_phrase="OK",
        headers=(("Set-Cookie", "a=1"), ("x-CASE", "\xe9"), ("Set-Cookie", "b=2")),
        body=bytes(range(256)),
        truncated=True,
    ),
    failure=Failure(reason=Reason.RESET, detail="the connection was cut"),
    answered_by=Hop.GATEWAY,
    phases=Phases(resolve=0.1, connect=0.2),
    elapsed=0.5,
    attempts=(Attempt(address="127.0.0.2", failure=REFUSED),),
    redirects=("https://front.test/login",),
)
SEEN: dict[str, Seen] = {
    "exchange": EXCHANGE,
    "exchange that failed": Exchange(
        method="GET", url="http://x/", request_id="1", failure=REFUSED, elapsed=0.0
    ),
    "exchanges": Exchanges(steps=(EXCHANGE, EXCHANGE)),
    "resolution": Resolution(host="front.test", addresses=("127.0.0.1", "::1"), elapsed=0.001),
    "resolution that failed": Resolution(host="front.test", failure=REFUSED),
    "connection": Connection(address="127.0.0.1", elapsed=0.1),
    "connection that failed": Connection(address="127.0.0.1", failure=REFUSED),
    "certificate": Certificate(
        subject="CN=leaf", names=("front.test",), not_before=1.5, not_after=2.5, name_error="no"
    ),
}


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
def test_a_trip_through_json(seen: Seen) -> None:
    assert type(seen).model_validate_json(seen.model_dump_json()) == seen


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
def test_a_trip_through_the_store(seen: Seen) -> None:
    """As part of an observation, whose own settings must not change how bytes are written."""
    stored = Observation(key="k", taken_at=1.0, hop=Hop.SERVICE, payload=seen).model_dump_json()
    payload = json.loads(stored)["payload"]
    assert type(seen).model_validate_json(json.dumps(payload)) == seen


def test_a_body_is_not_printed() -> None:
    """Neither into messages, nor, a mebibyte at a time, into what asyncio prints of its tasks."""
    printed = repr(
        Exchanges(steps=(EXCHANGE.model_copy(update={"response": Response(status=200, body=b"MARK")}),))
    )
    assert "MARK" not in printed
    assert "status=200" in printed
