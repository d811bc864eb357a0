"""Routes that both take a request with equal priority: Kong does not promise which one wins.

`traditional_compatible` (Kong 3.4, kong/router/compat.lua) orders routes by a number; between equal
numbers the order is that of chance: of ids that change with a name, of a table's traversal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from atalaia.systems.kong.automaton import Effort
from atalaia.systems.kong.entities import Route
from atalaia.systems.kong.example import Example, example
from atalaia.systems.kong.expressions import literal_start
from atalaia.systems.kong.routing import Candidate, Router

_MOST_PAIRS = 50_000
"""Pairs of one group that are compared; a thousand expressions that all begin alike have more."""


@dataclass(frozen=True)
class Overlap:
    """Two routes that can both take a request, and one that shows it."""

    one: Route
    other: Route
    example: Example

    def __str__(self) -> str:
        return f"{label(self.one)} and {label(self.other)} both take {self.example}"


def overlaps(router: Router, most: int = 1000) -> tuple[Overlap, ...]:
    """Every pair of routes that overlap with equal priority, up to so many pairs.

    Each is proved by a request that both take and that no stronger route takes; what cannot be proved
    (an expression that is not understood, more effort than is well spent) is not told.
    """
    return tuple(islice(_overlaps(router), most))


def _overlaps(router: Router) -> Iterator[Overlap]:
    known: set[tuple[str, str]] = set()
    effort = Effort()
    for group in _groups(router.candidates):
        for one, other in islice(_pairs(group), _MOST_PAIRS):
            key = (one.route.id, other.route.id)
            if one.route.id == other.route.id or key in known:
                continue
            found = example(one, other, effort=effort)
            if found is None or _taken(router.candidates, one.priority, found):
                continue
            known |= {key, key[::-1]}
            yield Overlap(one.route, other.route, found)


def _groups(candidates: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    """Those of equal priority that could take one path and one host."""
    found: dict[tuple[object, ...], list[Candidate]] = {}
    for candidate in candidates:
        for prefix in candidate.prefixes or ("",):
            for host in _exact_hosts(candidate) or ("",):
                found.setdefault((candidate.priority, prefix, host), []).append(candidate)
    yield from (group for group in found.values() if len(group) > 1)


def _exact_hosts(candidate: Candidate) -> tuple[str, ...]:
    """Its hosts, where none of them has a wildcard: then no other host can be."""
    exact = tuple(host.exact for host in candidate.hosts if host.exact is not None)
    return exact if len(exact) == len(candidate.hosts) else ()


def _pairs(group: list[Candidate]) -> Iterator[tuple[Candidate, Candidate]]:
    """Those of which one path begins as another of the other does, and that share a method."""
    starts = [{literal_start(it.pattern) for it in candidate.expressions} or {""} for candidate in group]
    beginning: dict[str, list[int]] = {}
    for position, own in enumerate(starts):
        for start in own:
            beginning.setdefault(start, []).append(position)
    for position, own in enumerate(starts):
        alike = {
            (min(position, other), max(position, other))
            for start in own
            for length in range(len(start) + 1)
            for other in beginning.get(start[:length], ())
            # Of two that begin the same, the later one finds the earlier.
            if other != position and (length < len(start) or other < position)
        }
        for one, other in sorted(alike):
            if not _disjoint(group[one].route.methods, group[other].route.methods):
                yield group[one], group[other]


def _disjoint(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return bool(one and other) and set(one).isdisjoint(other)


def _taken(candidates: Iterable[Candidate], priority: int, request: Example) -> bool:
    """Whether a stronger route takes it: then the winner is no matter of chance."""
    for candidate in candidates:
        if candidate.priority <= priority:
            return False
        if request.taken_by(candidate):
            return True
    return False


def label(route: Route) -> str:
    """What people call a route: its name, else its paths or hosts."""
    return route.name or ", ".join(route.paths or route.hosts) or route.id
