"""Corrected, service and lag percentiles side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from loadtests.telling.table import aligned
from loadtests.verdict.model import Quantiles, Times
from reports.screen import Screen
from reports.visible import cells

TITLE = "milliseconds: corrected from the intended start, service from the sending"
_KINDS = ("corrected", "service", "lag")
_SHARES = ("p50", "p95", "p99")
_NARROW = 12
"""Columns that a route's name has at least."""
_ROUTES = 30
"""Routes that are told; load.json has all."""


def table(screen: Screen, times: Sequence[Times]) -> Iterator[str]:
    """A line for all requests and one for each route."""
    shown = times[: _ROUTES + 1]
    if not shown:
        return
    rows = [("", *_SHARES * len(_KINDS))]
    rows += [
        (f"{one.corrected.count:,}", *_figures(one.corrected), *_figures(one.service), *_figures(one.lag))
        for one in shown
    ]
    figures = list(aligned(rows, frozenset(range(len(rows[0]))), gap=" "))
    room = max(screen.width - max(map(len, figures)) - 3, _NARROW)
    names = ["", *(_shortened(screen, one.where, room) for one in shown)]
    width = max(map(cells, names))
    lines = [f"  {name}{' ' * (width - cells(name))} {row}" for name, row in zip(names, figures, strict=True)]
    yield _above(lines[0])
    yield from lines
    if len(times) > len(shown):
        yield f"  {screen.more} and {len(times) - len(shown)} more routes"


def _above(head: str) -> str:
    """The kinds of times, each above its first percentile."""
    line, column = "", -1
    for kind in _KINDS:
        column = head.index(_SHARES[0], column + 1)
        line += " " * (column - len(line)) + kind
    return line


def _shortened(screen: Screen, name: str, room: int) -> str:
    """A route's end tells more than its beginning."""
    text = screen.safe(name)
    return text if cells(text) <= room else screen.more + text[len(text) - room + len(screen.more) :]


def _figures(quantiles: Quantiles | None) -> tuple[str, str, str]:
    if quantiles is None:
        return "", "", ""
    return _milliseconds(quantiles.p50), _milliseconds(quantiles.p95), _milliseconds(quantiles.p99)


def _milliseconds(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    if math.isinf(seconds):
        return "never"
    value = seconds * 1000
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
