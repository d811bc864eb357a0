"""Paths that take more than they say: `/api/users` also takes `/api/usersX`, and so does `~/api/users`.

A plain path of Kong is the beginning of a text, not of a list of segments (Kong/kong#3056: as meant), and
an expression without `$` at its end is one, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from atalaia.systems.kong.entities import Route
from atalaia.systems.kong.example import Example, example
from atalaia.systems.kong.routing import Router

BEYOND = "zz"
"""What is put behind a path; no route is likely to end so."""
_BEYOND = (BEYOND, f"-{BEYOND}", "00")
"""The same for an expression, which may have a class of characters at its end."""


@dataclass(frozen=True)
class Bleed:
    """A path of a route, and a request beyond it that the route takes all the same."""

    route: Route
    path: str
    example: Example


def bleeding(router: Router) -> tuple[Bleed, ...]:
    """Every plain path that does not end with `/` and whose route takes what follows without one."""
    found: list[Bleed] = []
    for candidate in router.candidates:
        for prefix in candidate.prefixes:
            reached = None if prefix.endswith("/") else example(candidate)
            if reached is None:
                continue
            beyond = Example(reached.method, prefix + BEYOND, reached.host, reached.headers)
            match = router.match(
                beyond.method, beyond.path, beyond.host, {k: [v] for k, v in beyond.headers.items()}
            )
            if match is not None and match.route.id == candidate.route.id:
                found.append(Bleed(candidate.route, prefix, beyond))
    return tuple(found)


def beyond(expression: re.Pattern[str], path: str) -> str | None:
    """What an expression that takes `path` takes beyond it, though neither it nor below it; None: nothing.

    An expression for all of what lies side by side (`~/api/[a-z]+$`, `~/api/`) is meant so: what counts is
    where the text ends that it asks for, at `path` or above it.
    """
    while (above := path.rpartition("/")[0]) and expression.match(f"{above}/{BEYOND}"):
        path = above
    taken = (path + more for more in _BEYOND if expression.match(path + more))
    return None if expression.match(f"{above}/{BEYOND}") else next(taken, None)
