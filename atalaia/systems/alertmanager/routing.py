"""The Alertmanager's routing tree: which receivers an alert reaches.

After prometheus/alertmanager 0.25, dispatch/route.go: an alert goes down the tree; of siblings the first one
that matches takes it, with `continue` the next ones look at it, too; whom no child takes the route itself
has. Held against `amtool config routes test` in tests/sandbox/test_alertmanager_routing.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.systems.alertmanager.matchers import Matcher, Unclear, read_matchers


@dataclass(frozen=True)
class Route:
    """A node of the tree."""

    receiver: str
    """Its own, or that of the route above it."""
    matchers: tuple[Matcher, ...] = ()
    going_on: bool = False
    """`continue`"""
    routes: tuple[Route, ...] = ()
    muted: tuple[str, ...] = ()
    """`mute_time_intervals`: names of times in which it sends nothing. No route below takes them over."""
    active: tuple[str, ...] = ()
    """`active_time_intervals`: names of the times in which it sends; always, where there are none."""

    def taken_by(self, labels: Mapping[str, str]) -> Iterator[Route]:
        """The routes that take an alert, in their order. Raises Unclear."""
        if not all(matcher.matches(labels) for matcher in self.matchers):
            return
        taken = False
        for route in self.routes:
            found = tuple(route.taken_by(labels))
            yield from found
            if found:
                taken = True
                if not route.going_on:
                    break
        if not taken:
            yield self


def receivers(tree: Route, labels: Mapping[str, str]) -> tuple[str, ...]:
    """The receivers of an alert with these labels, in order; one may be there twice. Raises Unclear."""
    return tuple(route.receiver for route in tree.taken_by(labels))


def read_route(given: Mapping[str, Any], above: str = "") -> Route:
    """The tree of a configuration's `route`. Raises Unclear."""
    try:
        receiver = str(given.get("receiver") or above)
        return Route(
            receiver=receiver,
            matchers=tuple(_matchers(given)),
            going_on=bool(given.get("continue")),
            routes=tuple(read_route(route, receiver) for route in given.get("routes") or ()),
            muted=tuple(map(str, given.get("mute_time_intervals") or ())),
            active=tuple(map(str, given.get("active_time_intervals") or ())),
        )
    except (AttributeError, TypeError):
        raise Unclear("a route that is none") from None


def _matchers(given: Mapping[str, Any]) -> Iterator[Matcher]:
    for name, value in (given.get("match") or {}).items():
        yield Matcher(name, "=", str(value))
    for name, value in (given.get("match_re") or {}).items():
        yield Matcher(name, "=~", str(value))
    for text in given.get("matchers") or ():
        yield from read_matchers(str(text))
