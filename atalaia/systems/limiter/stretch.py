"""Requests apart by the limiter's windows that they fell into, told by what was left after each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from atalaia.exchange.exchange import Exchange
from atalaia.systems.limiter.model import LimiterSeen
from atalaia.systems.limiter.told import told


@dataclass(frozen=True)
class Stretch:
    """Requests of one window, in the order in which they were sent."""

    passed: tuple[Exchange, ...]
    denied: tuple[Exchange, ...]
    used_before: int | None
    """Requests of others that the first answer tells of; None where it tells nothing."""

    @property
    def by_node(self) -> Counter[str]:
        """Requests that passed, by the server that they were sent to."""
        return Counter(server_of(each) for each in self.passed)


def server_of(exchange: Exchange) -> str:
    """The server that a request was sent to: `127.0.0.1:8000`."""
    return urlsplit(exchange.url).netloc


def stretches(seen: LimiterSeen, limit: int, window: float, *, aligned: bool = True) -> tuple[Stretch, ...]:
    """The windows that the requests of a measurement fell into, the first one first.

    A new one began where more was left than after the request before it to the same server. Where
    nothing is told, windows begin with the clock's own minutes (`aligned`), or one after the other with the
    first request, as HAProxy's periods do (src/freq_ctr.c).
    """
    groups: list[list[Exchange]] = [[]]
    left: dict[str, int] = {}
    last: Exchange | None = None
    since = 0
    zero = 0.0 if aligned or not seen.steps else seen.steps[0].sent_at
    servers = len({server_of(each) for each in seen.steps})
    for step in seen.steps:
        server, remaining = server_of(step), told(step).left_in(window, limit)
        if remaining is None:
            began = last is not None and (step.sent_at - zero) // window > (last.sent_at - zero) // window
        else:
            # All servers begin a window together: the others' own rise soon after is the same.
            began = remaining > left.get(server, remaining) and since >= servers
            left[server] = remaining
        if began:
            groups.append([])
            since = 0
        groups[-1].append(step)
        since += 1
        last = step
    return tuple(_stretch(group, seen, limit, window) for group in groups)


def _stretch(group: Sequence[Exchange], seen: LimiterSeen, limit: int, window: float) -> Stretch:
    first = next((each for each in group if each.response), None)
    left = told(first).left_in(window, limit)
    used = None
    if first is not None and left is not None:
        used = limit - left if seen.denies(first) else limit - 1 - left
    return Stretch(
        passed=tuple(each for each in group if each.response and not seen.denies(each)),
        denied=tuple(each for each in group if seen.denies(each)),
        used_before=used,
    )
