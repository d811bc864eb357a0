"""The stack's own side of a run, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from loadtests.server_side.model import HopSeen, ServerSide
from loadtests.telling.table import aligned
from loadtests.verdict import told
from reports.screen import BOLD, DIM, Lead, Screen
from reports.visible import cells


def stack(screen: Screen, server: ServerSide) -> Iterator[str]:
    """What is full or was missed first; then each hop, and the highest figures of servers and stores."""
    if server.absent:
        yield from screen.hang(Lead("  "), screen.safe(server.absent))
        return
    for finding in server.findings:
        yield from screen.hang(Lead("  ! ", "33"), screen.safe(finding), BOLD)
    seen = [hop for hop in server.hops if not hop.absent]
    if seen:
        yield from _hops(screen, [_hop(screen, hop, server) for hop in seen])
    for hop in server.hops:
        if hop.absent:
            yield from screen.hang(Lead("  "), f"{hop.name}: not measured; {screen.safe(hop.absent)}")
    for line in _highest(server):
        yield from screen.hang(Lead("  "), screen.safe(line))
    for note in server.notes:
        yield from screen.hang(Lead("  note  ", DIM), screen.safe(note))


def shares(screen: Screen, server: ServerSide) -> Iterator[str]:
    """Where the mean time of a request was spent."""
    if server.shares:
        whole = sum(part.seconds for part in server.shares)
        parts = ", ".join(f"{part.where} {told.seconds(part.seconds)}" for part in server.shares)
        yield from screen.hang(Lead("  "), f"of a mean of {told.seconds(whole)}: {parts}")


def _hops(screen: Screen, rows: list[tuple[str, str, str]]) -> Iterator[str]:
    lines = [f"  {line}" for line in aligned(rows)]
    if max(map(cells, lines)) <= screen.width:
        yield from lines
    else:
        for row in rows:
            yield from screen.hang(Lead("  "), ", ".join(filter(None, row)))


def _hop(screen: Screen, hop: HopSeen, server: ServerSide) -> tuple[str, str, str]:
    name = hop.name + (f", {screen.safe(hop.of, 30)}" if hop.of else "")
    seen = f"{hop.requests or 0:,.0f} seen"
    if server.sent is not None and hop.name != "services":  # those are asked by health checks, too
        seen += f", {server.sent:,} sent"
    times = [f"mean {told.seconds(hop.mean)}"] if hop.mean is not None else []
    if hop.p95 is not None:
        times.append(screen.safe(f"p95 ≤ {told.seconds(hop.p95)}"))
    return name, seen, ", ".join(times)


def _highest(server: ServerSide) -> Iterator[str]:
    """Of each kind of figure the highest one; load.json has all."""
    best = {(one.what, one.unit): one for one in sorted(server.readings, key=lambda one: one.value)}
    lines: dict[str, list[str]] = {}
    for one in server.readings:
        if one.value and best[one.what, one.unit] is one:
            limit = f" of {one.limit:,.6g}" if one.limit else ""
            lines.setdefault(one.of, []).append(f"{one.what} {one.value:,.4g}{one.unit}{limit}")
    yield from (f"{of}: {', '.join(figures)}" for of, figures in lines.items())
