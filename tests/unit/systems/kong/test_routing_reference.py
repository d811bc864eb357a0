"""The router agrees with a slow, literal transcription of Kong's documented priorities."""

from __future__ import annotations

import re
from itertools import permutations
from typing import Any, NamedTuple

from hypothesis import event, given, settings
from hypothesis import strategies as st

from atalaia.systems.kong.declarative import load_document
from atalaia.systems.kong.routing import Router

PREFIXES = ["/", "/a", "/a/", "/ab", "/a/b", "/a/b/c", "/b", "/é"]
EXPRESSIONS = [r"~/a/\d+$", "~/a", "~/(a|b)/.*", "~/.*b", r"~/a/(?<id>[a-z]+)", "~/$"]
HOSTS = ["x.test", "y.test", "*.x.test", "x.*", "x.test:8080", "*.x.test:8080"]
VALUES = ["1", "2", "Vier", "~*^v[23]$", "~*e"]


def some(values: list[str], most: int = 2) -> list[list[str]]:
    """None of them, half of the time; one; several, in both orders."""
    several = [*([it] for it in values), *(list(it) for it in permutations(values, most))]
    return [*several, *([] for _ in several)]


HEADERS: list[dict[str, list[str]]] = [
    *({} for _ in range(90)),
    *({name: values} for name in ("x-v", "X-W") for values in some(VALUES) if values),
    *({"x-v": [one], "X-W": [other]} for one in VALUES for other in VALUES),
]  # fmt: skip
ROUTES = st.builds(
    lambda paths, methods, hosts, headers, priority: {
        "regex_priority": priority,
        **({"paths": paths} if paths else {}),
        **({"methods": methods} if methods else {}),
        **({"hosts": hosts} if hosts else {}),
        **({"headers": headers} if headers else {}),
        **({} if paths or methods or hosts or headers else {"paths": ["/"]}),
    },
    st.sampled_from([it for it in some(PREFIXES + EXPRESSIONS) if it] + [[]]),
    st.sampled_from(some(["GET", "POST", "PUT"])),
    st.sampled_from(some(HOSTS)),
    st.sampled_from(HEADERS),
    st.integers(0, 3),
)
"""Whole attributes are drawn at once: drawing them piece by piece takes a hundred times as long."""


class Asked(NamedTuple):
    """A request."""

    method: str
    path: str
    host: str
    headers: dict[str, list[str]]


REQUESTS = st.builds(
    Asked,
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    st.sampled_from(["/", "/a", "/ab", "/a/", "/a/7", "/a/7x", "/a/b", "/a/b/c", "/b/x", "/c", "/é"]),
    st.sampled_from(["x.test", "y.test", "a.x.test", "x.other", "x.test:8080", "a.x.test:8080", "X.test"]),
    st.sampled_from([
        {}, {"x-v": ["1"]}, {"x-v": ["V3"]}, {"x-w": ["vier"]}, {"x-v": ["2", "1"], "x-w": ["x", "2"]},
        {"x-v": ["v2"], "x-w": ["1"]}, {"x-v": ["VIER"], "x-w": ["v3"]},
    ]),
)  # fmt: skip


def takes_path(path: str, asked: str) -> bool:
    """`~`: a regular expression, anchored at the start; else a prefix."""
    if path.startswith("~"):
        return re.match(path[1:].replace("(?<", "(?P<"), asked) is not None
    return asked.startswith(path)


def takes_host(host: str, asked: str) -> bool:
    """Case counts; a `*` at either end; a port only if one is declared, and 80 where none is asked for."""
    name, _, port = host.partition(":")
    asked_name, _, asked_port = asked.partition(":")
    if port and port != (asked_port or "80"):
        return False
    if name.startswith("*"):
        return asked_name.endswith(name[1:])
    return asked_name.startswith(name[:-1]) if name.endswith("*") else asked_name == name


def takes_header(values: list[str], asked: list[str]) -> bool:
    """Any of the values, whatever their case; `~*`: a regular expression that is found somewhere."""
    return any(
        re.search(value[2:], given, re.IGNORECASE) is not None
        if value.startswith("~*")
        else value.lower() == given.lower()
        for value in values
        for given in asked
    )


def weight(route: dict[str, Any], path: str | None) -> tuple[int, ...]:
    """Kinds of attributes; plain hosts; number of headers; regular expression; its priority; length."""
    hosts, headers = route.get("hosts", []), route.get("headers", {})
    expression = path is not None and path.startswith("~")
    return (
        sum(bool(route.get(kind)) for kind in ("methods", "hosts", "headers", "paths")),
        bool(hosts) and not any("*" in host for host in hosts),
        len(headers),
        expression,
        route["regex_priority"] if expression else 0,
        0 if path is None or expression else len(path.encode()),
    )


def reference(routes: list[dict[str, Any]], asked: Asked) -> set[int]:
    """Positions of the routes that may take the request: those of the greatest weight. None: 404."""
    taking: list[tuple[tuple[int, ...], int]] = []
    for position, route in enumerate(routes):
        if "methods" in route and asked.method not in route["methods"]:
            continue
        if "hosts" in route and not any(takes_host(host, asked.host) for host in route["hosts"]):
            continue
        if not all(
            takes_header(values, asked.headers.get(name.lower(), []))
            for name, values in route.get("headers", {}).items()
        ):
            continue
        for path in route.get("paths") or [None]:
            if path is None or takes_path(path, asked.path):
                taking.append((weight(route, path), position))
    greatest = max((found for found, _ in taking), default=None)
    return {position for found, position in taking if found == greatest}


@settings(max_examples=300)
@given(st.lists(ROUTES, max_size=8), st.lists(REQUESTS, min_size=1, max_size=6))
def test_the_router_finds_what_the_reference_finds(
    routes: list[dict[str, Any]], requests: list[Asked]
) -> None:
    """One of the routes of the greatest weight; none where none takes the request."""
    declared = [{**route, "name": f"r{position}"} for position, route in enumerate(routes)]
    router = Router(load_document({"_format_version": "3.0", "routes": declared}, digest="0"))
    for asked in requests:
        expected = reference(routes, asked)
        found = router.match(asked.method, asked.path, asked.host, asked.headers)
        event("404" if not expected else "one" if len(expected) == 1 else "several")
        if not expected:
            assert found is None
        else:
            assert found is not None
            assert int(found.route.name[1:]) in expected
            assert asked.path.startswith(found.matched)
