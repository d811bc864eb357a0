"""A request that one or two routes take: the proof that they overlap, or a way to reach one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from atalaia.systems.kong.automaton import Effort
from atalaia.systems.kong.expressions import sample, shared
from atalaia.systems.kong.paths import normalise
from atalaia.systems.kong.routing import Candidate, HeaderPattern, HostPattern, split_host

_USUAL = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_HOST = "example.test"


@dataclass(frozen=True)
class Example:
    """A request as a client would send it."""

    method: str
    path: str
    host: str
    headers: Mapping[str, str]

    def __str__(self) -> str:
        told = f"{self.method} {self.path}"
        if self.host != _HOST:
            told += f" Host: {self.host}"
        return told + "".join(f" {name}: {value}" for name, value in sorted(self.headers.items()))

    def taken_by(self, candidate: Candidate) -> bool:
        """Whether this part of a route takes it."""
        name, port = split_host(self.host, 80)
        path = normalise(self.path, merge_slashes=True)
        headers = {key: [value] for key, value in self.headers.items()}
        return candidate.takes(self.method, path, name, port, headers) is not None


def example(*candidates: Candidate, effort: Effort | None = None) -> Example | None:
    """A request that all these one or two take; None where there is none, or none was found."""
    method = _method([it.route.methods for it in candidates])
    host = _host([it.hosts for it in candidates])
    headers = _headers([it.headers for it in candidates])
    if method is None or host is None or headers is None or not _sni_in_common(candidates):
        return None
    for path in _paths(candidates, effort or Effort()):
        found = Example(method, path, host, headers)
        if all(found.taken_by(candidate) for candidate in candidates):
            return found
    return None


def _method(wanted: Sequence[Sequence[str]]) -> str | None:
    sets = [set(methods) for methods in wanted if methods]
    if not sets:
        return "GET"
    common = set.intersection(*sets)
    return next((it for it in (*_USUAL, *sorted(common)) if it in common), None)


def _sni_in_common(candidates: Sequence[Candidate]) -> bool:
    """Routes for different names of a certificate are for different clients."""
    sets = [set(it.route.snis) for it in candidates if it.route.snis]
    return not sets or bool(set.intersection(*sets))


def _host(wanted: Sequence[Sequence[HostPattern]]) -> str | None:
    given = [patterns for patterns in wanted if patterns]
    if not given:
        return _HOST
    for host in _hosts(given):
        name, port = split_host(host, 80)
        if all(any(pattern.takes(name, port) for pattern in patterns) for patterns in given):
            return host
    return None


def _hosts(wanted: Sequence[Sequence[HostPattern]]) -> Iterator[str]:
    patterns = [pattern for some in wanted for pattern in some]
    for pattern in patterns:
        if pattern.exact is not None:
            yield _with_port(pattern.exact, pattern)
    wild = [pattern for pattern in patterns if pattern.exact is None]
    for one in wild:
        for other in wild:
            yield _with_port(f"{one.start or other.start or ''}x{one.end or other.end or ''}", one)


def _with_port(name: str, pattern: HostPattern) -> str:
    return name if pattern.port is None else f"{name}:{pattern.port}"


def _headers(wanted: Sequence[Sequence[HeaderPattern]]) -> dict[str, str] | None:
    by_name: dict[str, list[HeaderPattern]] = {}
    for patterns in wanted:
        for pattern in patterns:
            by_name.setdefault(pattern.name, []).append(pattern)
    found: dict[str, str] = {}
    for name, patterns in by_name.items():
        values = (value for pattern in patterns for value in _values(pattern))
        value = next((it for it in values if all(p.takes({p.name: [it]}) for p in patterns)), None)
        if value is None:
            return None
        found[name.replace("_", "-")] = value
    return found


def _values(pattern: HeaderPattern) -> Iterator[str]:
    yield from sorted(pattern.values)
    for expression in pattern.expressions:
        if (value := sample(expression.pattern)) is not None:
            yield value


def _paths(candidates: Sequence[Candidate], effort: Effort) -> Iterator[str]:
    """Paths that may be what all take; the caller tries them."""
    prefixes = [prefix for it in candidates for prefix in it.prefixes]
    yield from prefixes or ([] if any(it.expressions for it in candidates) else ["/"])
    expressions = [[e.pattern for e in it.expressions] for it in candidates if it.expressions]
    found = [sample(one) for some in expressions for one in some]
    yield from (path for path in found if path)
    if len(expressions) == 2:
        pairs = ((one, other) for one in expressions[0] for other in expressions[1])
    else:
        pairs = ((one, _quoted(prefix)) for some in expressions for one in some for prefix in prefixes)
    for one, other in pairs:
        if (path := shared(one, other, effort)) is not None:
            yield path


def _quoted(text: str) -> str:
    return "".join(it if it.isalnum() else f"\\{it}" for it in text)
