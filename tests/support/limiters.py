"""A limiter's answers, as measurements see them: hand-made, in the order in which they were sent."""

from __future__ import annotations

from collections.abc import Sequence

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Failure
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.systems.limiter.model import LimiterSeen

NODES = ("kong-1.test:8000", "kong-2.test:8000")
DENIAL = b'{\n  "message":"API rate limit exceeded"\n}'
START = 1_700_000_040.0
"""A Unix time at which a minute begins."""


def limited(
    left: int | None,
    *,
    limit: int = 5,
    denied: bool = False,
    at: float = START,
    node: int = 0,
    hour: tuple[int, int] | None = None,
    reset: int | None = None,
    hop: Hop = Hop.SERVICE,
    without: Sequence[str] = (),
    body: bytes = DENIAL,
    **more: str,
) -> Exchange:
    """An answer with so many left in a minute; without any header of a limiter where that is None."""
    seconds = int(60 - at % 60) or 60 if reset is None else reset
    headers = {"Date": _date(at)}
    if left is not None:
        headers |= {
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(seconds),
            "X-RateLimit-Limit-Minute": str(limit),
            "X-RateLimit-Remaining-Minute": str(left),
        }
    if hour is not None:
        headers |= {"X-RateLimit-Limit-Hour": str(hour[0]), "X-RateLimit-Remaining-Hour": str(hour[1])}
    if denied:
        headers |= {"Retry-After": str(seconds), "Content-Type": "application/json; charset=utf-8"}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    response = Response(
        status=429 if denied else 200,
        headers=tuple((name, value) for name, value in headers.items() if name not in without),
        body=body if denied else b"",
    )
    return Exchange(
        method="GET",
        url=f"http://{NODES[node]}/api/v1/users",
        request_id="1",
        sent_at=at,
        response=response,
        answered_by=Hop.GATEWAY if denied and hop is Hop.SERVICE else hop,
        elapsed=0.002,
    )


def unanswered(failure: Failure, at: float = START) -> Exchange:
    """A request without an answer."""
    return Exchange(
        method="GET", url=f"http://{NODES[0]}/", request_id="1", sent_at=at, failure=failure, elapsed=0.002
    )


def used_up(
    passed: int, *, limit: int = 5, denied: int = 2, nodes: int = 2, used: int = 0, at: float = START, **more
) -> list[Exchange]:
    """As many requests as pass, sent to the nodes in turn, and some denials."""
    steps = [
        limited(max(0, limit - 1 - used - n), limit=limit, at=at + n / 100, node=n % nodes, **more)
        for n in range(passed)
    ]
    steps += [
        limited(0, limit=limit, denied=True, at=at + (passed + n) / 100, node=(passed + n) % nodes, **more)
        for n in range(denied)
    ]
    return steps


def seen(steps: Sequence[Exchange], **more) -> LimiterSeen:
    """A measurement of these steps."""
    return LimiterSeen(steps=tuple(steps), **more)


def _date(at: float) -> str:
    from email.utils import formatdate

    return formatdate(at, usegmt=True)
