"""Whether a route can take a request for a path, or for what lies below it: under some headers and hosts."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace

from atalaia.systems.kong.entities import Route
from atalaia.systems.kong.example import Example, example
from atalaia.systems.kong.expressions import automaton, literal_start
from atalaia.systems.kong.routing import Candidate, candidates


class Paths:
    """Paths without a slash at their ends, and which of them a route may have to do with."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._known = frozenset(path.rstrip("/") for path in paths)
        self._sorted = sorted(self._known)

    def owner(self, path: str) -> str | None:
        """The longest of them that is this path or lies above it."""
        path = path.rstrip("/")
        while path not in self._known:
            if not path:
                return None
            path = path.rpartition("/")[0]
        return path

    def beside(self, candidate: Candidate) -> Iterator[str]:
        """Those that begin as a path of the candidate does, or the other way round."""
        starts = [*candidate.prefixes, *(literal_start(it.pattern) for it in candidate.expressions)]
        found: dict[str, None] = {}
        for start in starts or [""]:
            found |= dict.fromkeys(
                start[:length] for length in range(len(start) + 1) if start[:length] in self._known
            )
            position = bisect_left(self._sorted, start.rstrip("/"))
            while position < len(self._sorted) and self._sorted[position].startswith(start.rstrip("/")):
                found[self._sorted[position]] = None
                position += 1
        yield from found


def examples(candidate: Candidate, path: str) -> Iterator[Example]:
    """Requests for a path, and for what lies below it, that the candidate takes; at most one of each."""
    for at in (f"~{re.escape(path)}$" if path else "", f"{path}/"):
        other = _anybody(candidate.route, at) if at else None
        found = example(candidate, other) if other else None
        if found is not None:
            yield found


def _anybody(route: Route, path: str) -> Candidate | None:
    """A route like this one for a path, whoever asks in whatever way."""
    return part(replace(route, methods=(), hosts=(), headers={}, snis=()), path)


def understood(candidate: Candidate) -> bool:
    """Whether all of its expressions are, so that an example that was not found is none."""
    return all(automaton(it.pattern) is not None for it in candidate.expressions)


def part(route: Route, path: str) -> Candidate | None:
    """The part of a route that one of its paths is; None where it takes no HTTP."""
    return next(candidates(replace(route, paths=(path,)), None), None)
