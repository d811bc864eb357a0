"""What a monitoring system answers, as an exchange; documents recorded from the sandbox' real servers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response

DATA = Path(__file__).parent.parent / "data"

UNREACHED = Failure(reason=Reason.REFUSED, detail="connection refused")
STALLED = Failure(reason=Reason.STALLED, detail="this machine was too busy")
REPLAYING = b"Service Unavailable"
"""What Prometheus answers with 503 to whatever is asked while it replays its log."""


def told(body: object, status: int = 200, *, at: float | None = None, truncated: bool = False) -> Exchange:
    """The answer with this body: bytes, or a document; `at` is when, by the server's clock."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    date = format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True) if at else None
    response = Response(
        status=status, headers=(("Date", date),) if date else (), body=raw, truncated=truncated
    )
    return _exchange(response=response)


def silent(failure: Failure = UNREACHED) -> Exchange:
    """No answer."""
    return _exchange(failure=failure)


def recorded(name: str) -> Any:
    """A recorded document: prometheus/rules.json."""
    return json.loads((DATA / name).read_text())


def _exchange(**more: Any) -> Exchange:
    return Exchange(
        method="GET", url="http://prometheus.test:9090/", request_id="1", elapsed=0.01,
        answered_by=Hop.MONITORING, **more,
    )  # fmt: skip
