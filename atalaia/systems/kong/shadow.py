"""Routes that are never reached, because another one always wins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atalaia.systems.kong.entities import Route
from atalaia.systems.kong.expressions import automaton, literal_start
from atalaia.systems.kong.routing import Candidate, HeaderPattern, HostPattern, Router

USUAL = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""The methods that clients use: a route without methods of which another one takes all these is as good as
never reached."""


@dataclass(frozen=True)
class Shadow:
    """A path of a route (empty: a route without paths) that another route always takes."""

    route: Route
    path: str
    by: Route


def shadowed(router: Router) -> tuple[Shadow, ...]:
    """Every path that one stronger route takes in every case.

    Only what is certain is told: several routes that cover one together are not looked for.
    """
    found: list[Shadow] = []
    # A stronger route that covers another has the same kinds of attributes, or methods and a path beside
    # them that leave nothing over, and a path that begins no other way.
    stronger: dict[tuple[tuple[bool, ...], str], list[tuple[Candidate, list[str]]]] = {}
    for candidate in router.candidates:
        route = candidate.route
        kinds = tuple(map(bool, (route.methods, route.hosts, route.paths, route.headers, route.snis)))
        for path in _paths_of(candidate):
            begins = _beginning(path)
            possible = (
                known
                for start in (*(begins[:length] for length in range(len(begins) + 1)), *("/" * (not path)))
                for more in _kinds_above(kinds)
                for known in stronger.get((more, start), ())
            )
            by = next((it.route for it, starts in possible if _covers(it, starts, candidate, path)), None)
            if by is not None:
                found.append(Shadow(route, path, by))
        entry = (candidate, [literal_start(it.pattern) for it in candidate.expressions])
        for start in {_beginning(path) for path in _paths_of(candidate)}:
            stronger.setdefault((kinds, start), []).append(entry)
    return tuple(found)


def _kinds_above(kinds: tuple[bool, ...]) -> Iterator[tuple[bool, ...]]:
    """The same kinds of attributes, and those with methods or paths beside them."""
    methods, hosts, paths, *others = kinds
    for with_methods in {methods, True}:
        for with_paths in {paths, True}:
            yield (with_methods, hosts, with_paths, *others)


def _beginning(path: str) -> str:
    return literal_start(path[1:]) if path.startswith("~") else path


def _paths_of(candidate: Candidate) -> Iterator[str]:
    yield from candidate.prefixes
    yield from ("~" + expression.pattern for expression in candidate.expressions)
    if not candidate.route.paths:
        yield ""


def _covers(stronger: Candidate, starts: list[str], weaker: Candidate, path: str) -> bool:
    return (
        stronger.priority > weaker.priority
        and stronger.route.id != weaker.route.id
        and _covers_path(stronger, starts, path)
        and (not stronger.route.methods or set(stronger.route.methods) >= set(weaker.route.methods or USUAL))
        and (not stronger.route.snis or set(stronger.route.snis) >= set(weaker.route.snis))
        and all(any(map(_host_covers, stronger.hosts, [host] * len(stronger.hosts))) for host in weaker.hosts)
        and all(any(_header_covers(it, other) for other in weaker.headers) for it in stronger.headers)
    )


def _covers_path(stronger: Candidate, starts: list[str], path: str) -> bool:
    if not path:
        return not stronger.route.paths or _covers_path(stronger, starts, "/")
    if path.startswith("~"):
        begins = literal_start(path[1:])
        same = any(expression.pattern == path[1:] for expression in stronger.expressions)
        return same or any(begins.startswith(prefix) for prefix in stronger.prefixes) or any(
            begins.startswith(start) and _takes_all(expression.pattern, begins)
            for expression, start in zip(stronger.expressions, starts, strict=True)
        )  # fmt: skip
    return any(path.startswith(prefix) for prefix in stronger.prefixes) or any(
        path.startswith(start) and _takes_all(expression.pattern, path)
        for expression, start in zip(stronger.expressions, starts, strict=True)
    )


def _takes_all(expression: str, prefix: str) -> bool:
    found = automaton(expression)
    return found is not None and found.covers(prefix)


def _host_covers(stronger: HostPattern, weaker: HostPattern) -> bool:
    if stronger.port is not None and stronger.port != weaker.port:
        return False
    if weaker.exact is not None:
        return stronger.takes(weaker.exact, weaker.port or 80)
    return stronger.exact is None and weaker.start.startswith(stronger.start) \
        and weaker.end.endswith(stronger.end)  # fmt: skip


def _header_covers(stronger: HeaderPattern, weaker: HeaderPattern) -> bool:
    return stronger.name == weaker.name and weaker.values <= stronger.values and not weaker.expressions
