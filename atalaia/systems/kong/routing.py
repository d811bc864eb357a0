"""Which route wins: the `traditional_compatible` router of Kong 3.4."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from atalaia.systems.kong.entities import Configuration, Route, Service
from atalaia.systems.kong.expressions import literal_start
from atalaia.systems.kong.identity import split_route
from atalaia.systems.kong.paths import compile_expression, compiles, normalise

_REGEX_PATH = 1 << 51
_PLAIN_HOSTS = 1 << 60
_REMEMBERED = 5000

Headers = Mapping[str, Sequence[str]]
"""Values by lower-case name."""


@dataclass(frozen=True, slots=True)
class Match:
    """The route that takes a request, and what of the path it matched."""

    route: Route
    service: Service | None
    path: str
    """The request's path as Kong reads it: normalised, without the query."""
    matched: str
    """The part of `path` that the route's path matched; empty where the route has no paths."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A route, or the part of one whose paths are of one length, in the order of its priority."""

    id: str
    priority: int
    route: Route
    service: Service | None
    prefixes: tuple[str, ...]
    expressions: tuple[re.Pattern[str], ...]
    hosts: tuple[HostPattern, ...]
    headers: tuple[HeaderPattern, ...]

    def takes(self, method: str, path: str, host: str, port: int, headers: Headers) -> str | None:
        """What of the path it matches; None where it does not take the request."""
        route = self.route
        if route.methods and method not in route.methods:
            return None
        if self.hosts and not any(pattern.takes(host, port) for pattern in self.hosts):
            return None
        if self.headers and not all(header.takes(headers) for header in self.headers):
            return None
        if not route.paths:
            return ""
        for prefix in self.prefixes:
            if path.startswith(prefix):
                return prefix
        for expression in self.expressions:
            if found := expression.match(path):
                return found[0]
        return None


@dataclass(frozen=True, slots=True)
class HostPattern:
    """One of a route's hosts: exact, or with a `*` at its start or end."""

    start: str
    end: str
    exact: str | None
    port: int | None

    def takes(self, host: str, port: int) -> bool:
        """Whether a request for this host and port may be the route's."""
        if self.port is not None and self.port != port:
            return False
        return (
            host == self.exact
            if self.exact is not None
            else host.startswith(self.start) and host.endswith(self.end)
        )


@dataclass(frozen=True, slots=True)
class HeaderPattern:
    """One of a route's headers: the values that it takes, and those that begin with `~*`."""

    name: str
    values: frozenset[str]
    expressions: tuple[re.Pattern[str], ...]

    def takes(self, headers: Headers) -> bool:
        """Whether a request with these headers may be the route's."""
        given = [
            value.lower() for name, values in headers.items() if _key(name) == self.name for value in values
        ]
        return any(value in self.values or any(e.search(value) for e in self.expressions) for value in given)


class Router:
    """Finds the route of a request. Remembers what it found, as Kong's own cache does."""

    def __init__(self, configuration: Configuration) -> None:
        services = {service.id: service for service in configuration.services}
        found = [
            candidate
            for route in configuration.routes
            if (service := services.get(route.service or "")) is None or service.enabled
            for candidate in candidates(route, service)
        ]
        self.candidates = tuple(sorted(found, key=lambda it: (it.priority, it.id), reverse=True))
        """The one that wins first; of equals Kong promises no order."""
        self._by_start: dict[str, list[int]] = {}
        """How the paths of candidates begin → their positions: a thousand routes, a handful to try."""
        for position, candidate in enumerate(self.candidates):
            for start in set(_starts(candidate)):
                self._by_start.setdefault(start, []).append(position)
        self._lengths = tuple(sorted({len(start) for start in self._by_start}))
        self._header_names = {header.name for candidate in found for header in candidate.headers}
        self._found: dict[tuple[object, ...], Match | None] = {}

    def match(
        self, method: str, target: str, host: str, headers: Headers, *, scheme: str = "http"
    ) -> Match | None:
        """The route for a request with this request target (path and query) and Host header; None: 404."""
        relevant = (
            tuple(
                (name, tuple(values)) for name, values in headers.items() if _key(name) in self._header_names
            )
            if self._header_names
            else ()
        )
        raw = target.partition("?")[0]
        key = (method, raw, host, scheme, relevant)
        try:
            return self._found[key]
        except KeyError:
            pass
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        found = self._found[key] = self._match(
            method, normalise(raw, merge_slashes=True), host, headers, scheme
        )
        return found

    def _match(self, method: str, path: str, host: str, headers: Headers, scheme: str) -> Match | None:
        name, port = split_host(host, 443 if scheme == "https" else 80)
        possible: set[int] = set()
        for length in self._lengths:
            if length <= len(path):
                possible.update(self._by_start.get(path[:length], ()))
        for position in sorted(possible):
            candidate = self.candidates[position]
            matched = candidate.takes(method, path, name, port, headers)
            if matched is not None:
                return Match(candidate.route, candidate.service, path, matched)
        return None


def _starts(candidate: Candidate) -> Iterator[str]:
    """What every path begins with that the candidate takes, for each of its own."""
    if not candidate.route.paths:
        yield ""
    yield from candidate.prefixes
    yield from (literal_start(expression.pattern) for expression in candidate.expressions)


def split_host(host: str, default_port: int) -> tuple[str, int]:
    """`name:port` → (name, port), split at the first colon; a port that is no number stays in the name."""
    name, colon, port = host.partition(":")
    if colon and port.isdigit() and port.isascii():
        return name, int(port)
    return host, default_port


def priority(route: Route, paths: Sequence[str]) -> int:
    """Kong's 64-bit priority of a route with these paths, all regular expressions or of one length.

    From the top: how many kinds of attribute it matches, plain hosts, number of headers, regular
    expression over prefix, regex_priority, length of the prefix.
    """
    kinds = sum(map(bool, (route.methods, route.hosts, paths, route.headers, route.snis)))
    value = kinds << 61
    if route.hosts and not any("*" in host for host in route.hosts):
        value |= _PLAIN_HOSTS
    value |= min(len(route.headers), 255) << 52
    if paths and paths[0].startswith("~"):
        value |= _REGEX_PATH | route.regex_priority << 19
    elif paths:
        value |= len(paths[0].encode()) & 0x7FFFF
    return value & (1 << 64) - 1


def candidates(route: Route, service: Service | None) -> Iterator[Candidate]:
    """The parts of a route that compete on their own: its paths by length, its regular expressions."""
    if not {"http", "https", "grpc", "grpcs"}.intersection(route.protocols):
        return
    groups: dict[int, list[str]] = {}
    for path in route.paths:
        groups.setdefault(-1 if path.startswith("~") else len(path.encode()), []).append(path)
    for position, paths in enumerate(groups.values() or [[]], 1):
        yield Candidate(
            id=route.id if len(groups) < 2 else split_route(route.id, position),
            priority=priority(route, paths),
            route=route,
            service=service,
            prefixes=tuple(path for path in paths if not path.startswith("~")),
            expressions=tuple(compile_expression(path[1:]) for path in paths if path.startswith("~")),
            hosts=tuple(map(_host, route.hosts)),
            headers=tuple(_header(name, values) for name, values in route.headers.items()),
        )


def _host(text: str) -> HostPattern:
    name, port = split_host(text, -1)
    wanted = None if port == -1 else port
    if name.startswith("*"):
        return HostPattern("", name[1:], None, wanted)
    if name.endswith("*"):
        return HostPattern(name[:-1], "", None, wanted)
    return HostPattern("", "", name, wanted)


def _header(name: str, values: Sequence[str]) -> HeaderPattern:
    return HeaderPattern(
        _key(name),
        frozenset(value.lower() for value in values if not value.startswith("~*")),
        # Kong lower-cases the expression, too; what is none then takes nothing.
        tuple(
            compile_expression(value[2:].lower())
            for value in values
            if value.startswith("~*") and compiles(value[2:].lower())
        ),
    )


def _key(name: str) -> str:
    """Kong's router knows headers by lower-case names with underscores."""
    return name.lower().replace("-", "_")
