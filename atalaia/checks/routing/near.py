"""Routes of the configuration that nearly take a declared route's request, and why they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from atalaia.checks.routing.leading import Declared
from atalaia.systems.kong.entities import Route
from atalaia.systems.kong.given import Given

_SHOWN = 3
_SIMILAR = 0.8
"""Of two paths: one letter off in ten is 0.95."""


@dataclass(frozen=True)
class Near:
    """A route, what keeps it from the request, and where that stands."""

    route: Route
    why: str
    place: str

    def __str__(self) -> str:
        """For people: `calendar (kong.yml:185: only for the host app.example)`."""
        return f"{self.route.name or self.route.id} ({self.place}{f': {self.why}' if self.why else ''})"


def nearest(given: Given, of: Declared) -> tuple[Near, ...]:
    """Routes with the declared path first, then those with a path that is spelt nearly so."""
    assert given.configuration is not None, "the file is accepted"
    path, exact, alike = of.route.path, [], []
    for route in given.configuration.routes:
        if any(one.lstrip("~^").startswith(path) for one in route.paths):
            exact.append(next(_conditions(given, of, route), Near(route, "", given.line(route))))
            continue
        likeness, written = max(((_likeness(path, one), one) for one in route.paths), default=(0.0, ""))
        if likeness >= _SIMILAR:
            at = given.line(route, "paths", route.paths.index(written))
            alike.append((likeness, Near(route, f"its path is {written}", at)))
    alike.sort(key=lambda one: -one[0])
    return (*exact, *(near for _, near in alike))[:_SHOWN]


def _conditions(given: Given, of: Declared, route: Route) -> Iterator[Near]:
    """What a route with the right path asks for that the request does not have."""
    method = of.request.method
    if route.methods and method not in route.methods:
        yield Near(route, f"not for {method}", given.line(route, "methods"))
    if route.hosts:
        told = f"only for the host {' or '.join(route.hosts)}, not for {of.host}"
        yield Near(route, told, given.line(route, "hosts"))
    if route.headers:
        told = f"only with the header {' and '.join(route.headers)}"
        yield Near(route, told, given.line(route, "headers"))


def _likeness(path: str, written: str) -> float:
    plain = written.lstrip("~^").rstrip("$")
    matcher = SequenceMatcher(None, path, plain, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= _SIMILAR <= matcher.quick_ratio() else 0.0
