"""Older formats of the declarative file, brought to the meaning of 3.0."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z0-9.\-_~/%]*")
"""Formats 1.1 and 2.1 took every path with another character in it for a regular expression."""


UPGRADED = ("1.1", "2.1")
"""The formats that mean something else by a path."""


def upgrade(entities: Mapping[str, list[Any]]) -> None:
    """Mark the regular expressions of 1.1 and 2.1 with the `~` that 3.0 asks for, in place."""
    for route in _routes(entities):
        paths = route.get("paths")
        if isinstance(paths, list):
            route["paths"] = [_upgraded(path) for path in paths]


def _upgraded(path: Any) -> Any:
    if isinstance(path, str) and path.startswith("/") and not _PLAIN.fullmatch(path):
        return "~" + path
    return path


def _routes(entities: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    own = entities.get("routes")
    if isinstance(own, list):
        yield from (route for route in own if isinstance(route, dict))
    services = entities.get("services")
    for service in services if isinstance(services, list) else ():
        if isinstance(service, dict):
            yield from _routes({"routes": service.get("routes")})
