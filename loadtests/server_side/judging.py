"""What the stack's own side of a run tells: who missed requests, who spent the time, what was full. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from loadtests.measured import Measured
from loadtests.server_side.model import HopSeen, Reading, Share

_FULL = 0.8
"""Part of a limit from which on it is told."""
_BUSY = 90.0
"""Percent of a host's processors."""
_OTHERS = 0.02
"""Part of the requests that others may send without being told: probes, health checks …"""
_FEW = 50
"""… and as many as this in any case."""
_ANSWERED = ("body", "header", "dropped")
"""How failures begin that were answers, beside statuses, or that were never sent."""


def sent(measured: Measured) -> int | None:
    """Requests sent, those of warm-ups included; None where a worker took its count with it."""
    if any(worker.lost for worker in measured.workers):
        return None
    return sum(worker.sent + worker.warm_up for worker in measured.workers)


def least(measured: Measured) -> int | None:
    """So many of them somebody answered: a request without an answer may have reached nobody.

    Of warm-ups only the number is known, so that of them as great a part may be missing.
    """
    whole = sent(measured)
    if whole is None:
        return None
    warm_up = sum(worker.warm_up for worker in measured.workers)
    unanswered = sum(
        count
        for series in measured.series.values()
        for why, count in series.failures.items()
        if not (why.isdecimal() or why.startswith(_ANSWERED))
    )
    counted = whole - warm_up
    part = unanswered / counted if counted else 1.0
    return whole - unanswered - round(warm_up * min(part, 1.0))


def complete(hops: Sequence[HopSeen], answered: int | None) -> bool:
    """Whether every hop that counts has seen all requests that were answered."""
    return answered is None or all(hop.requests is None or hop.requests >= answered for hop in hops)


def missed(hops: Sequence[HopSeen], whole: int | None, answered: int | None) -> Iterator[str]:
    """Which hop has seen fewer requests than were answered, and which has seen others' too.

    Services are asked by health checks all the time, so that more says nothing there.
    """
    if whole is None or answered is None:
        return
    for hop in hops:
        if hop.requests is None:
            continue
        seen = round(hop.requests)
        if seen < answered:
            yield (
                f"{hop.name}: has seen {seen} of {whole} requests that were sent, where {answered} were"
                " answered: somebody answers before it, or it does not count all"
            )
        elif hop.name != "services" and seen > whole + max(_OTHERS * whole, _FEW):
            more = f"{seen} requests, {seen - whole} more than were sent"
            yield f"{hop.name}: has seen {more}: the load was not alone"


def denied(requests: float | None) -> Iterator[str]:
    """Whether the load balancer refused requests itself: by its limiter, as a rule."""
    if requests:
        yield f"load balancer: denied {requests:.0f} requests itself, which nobody behind it has seen"


def shares(client: float | None, hops: Sequence[HopSeen], upstream: float | None) -> tuple[Share, ...]:
    """Where the mean time of a request was spent: of each level of the way, what the next one did not have.

    `client` is the mean from the sending to the answer; `upstream` how long the gateway waited for services.
    A level that was not measured is part of the one before. Clocks are not compared, only durations.
    """
    had = {hop.name: hop.mean for hop in hops}
    first = next((hop.name for hop in hops if hop.mean is not None), "stack")
    levels = [
        (f"before the {first}", client),
        ("load balancer", had.get("load balancer")),
        ("gateway", had.get("gateway")),
        ("between gateway and services", upstream if "gateway" in had else None),
        ("services", had.get("services")),
    ]
    known = [(where, seconds) for where, seconds in levels if seconds is not None]
    if client is None or len(known) < 2:
        return ()
    behind = [seconds for _, seconds in known[1:]] + [0.0]
    return tuple(
        Share(where=where, seconds=max(seconds - next_one, 0.0))
        for (where, seconds), next_one in zip(known, behind, strict=True)
    )


def spent(parts: Sequence[Share]) -> str:
    """Where most of it was spent; empty where nothing is known."""
    return max(parts, key=lambda part: part.seconds).where if parts else ""


def full(readings: Sequence[Reading]) -> Iterator[str]:
    """What was nearly used up: a limit, or a host's processors."""
    for reading in readings:
        told = f"{reading.of}: {reading.what} {reading.value:.4g}{reading.unit}"
        if reading.limit and reading.value >= _FULL * reading.limit:
            yield f"{told} of {reading.limit:.4g}"
        elif reading.what.startswith("processor") and reading.unit == "%" and reading.value >= _BUSY:
            yield told
        elif reading.what.startswith("queue") and reading.value > 0:
            yield f"{told}: requests waited for a server"
