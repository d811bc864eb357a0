"""What was seen of a small stack, and what the checks of its connectivity say of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from atalaia.checks.catalogue import by_id
from atalaia.checks.check import Check, Finding, Inconclusive, Verdict
from atalaia.exchange.answering import answered_by
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from tests.support.imagined import KONG, PROXIED, answer, environment

DATA = Path(__file__).parents[3] / "data" / "haproxy"
STACK = environment()
BUSY = answer(429, "<html><body><h1>429 Too Many Requests</h1>\n")
NO_SOURCE = Failure(reason=Reason.SOURCE, detail="127.9.9.9: cannot assign requested address")
NO_ROUTE = answer(404, {"message": "no Route matched with those values"}, **KONG)
BAD_UPSTREAM = answer(
    502, {"message": "An invalid response was received from the upstream server"}, **PROXIED
)
UP = {"status": "UP", "service": "auth-service", "version": "1.0.0"}
AUTH = answer(200, UP, X_Service="auth-service")


def exchange(got: Response | Failure, hop: Hop = Hop.SERVICE, elapsed: float = 0.01) -> Exchange:
    """What came back of a request, with the hop that answered told by its marks."""
    response = got if isinstance(got, Response) else None
    return Exchange(
        method="GET",
        url="http://x.test/health",
        request_id="1",
        response=response,
        failure=None if response else got,
        answered_by=answered_by(hop, response) if response else Hop.UNKNOWN,
        elapsed=elapsed,
    )


def judge(check_id: str, target: str, *seen: Any, declared: Any = STACK) -> Verdict:
    """What a check says of a target of the stack, of what was seen."""
    check: Check = by_id(check_id)
    return check.judge(seen, check.expects(declared, target))


def only(verdict: Verdict) -> Finding:
    """The one finding of a verdict."""
    assert isinstance(verdict, list)
    (finding,) = verdict
    return finding


def why(verdict: Verdict) -> str:
    """Why a verdict decides nothing."""
    assert isinstance(verdict, Inconclusive)
    return verdict.reason
