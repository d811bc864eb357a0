"""On random route sets the router agrees with a reference that is as plain as Kong's documentation.

"The router orders routes by how many kinds of attributes they match, plain hosts before wildcards, more
headers, regular expressions before prefixes, regex_priority, longer prefixes."
"""

from __future__ import annotations

import fnmatch
import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.routing import Router

METHODS = st.lists(st.sampled_from(["GET", "POST", "PUT"]), min_size=1, max_size=2, unique=True)
HOSTS = st.lists(
    st.sampled_from(["h.test", "a.h.test", "*.h.test", "h.*", "h.test:8000"]),
    min_size=1,
    max_size=2,
    unique=True,
)
PATHS = st.lists(
    st.sampled_from(["/", "/a", "/a/", "/a/b", "/ab", "~/a", "~/a/[0-9]+$", "~/.*b", "~/(?<x>a|ab)/"]),
    min_size=1,
    max_size=3,
    unique=True,
)
HEADERS = st.dictionaries(
    st.sampled_from(["x-one", "X-Two"]),
    st.lists(st.sampled_from(["1", "v2", "~*^v[0-9]$"]), min_size=1, max_size=2, unique=True),
    min_size=1,
)
ROUTES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "methods": METHODS, "hosts": HOSTS, "paths": PATHS, "headers": HEADERS,
            "regex_priority": st.integers(0, 2),
        },
    ).filter(lambda route: route.keys() - {"regex_priority"}),
    max_size=6,
)  # fmt: skip
REQUESTS = st.tuples(
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.sampled_from(["/", "/a", "/a/", "/a/7", "/a/b", "/ab/", "/abb", "/x"]),
    st.sampled_from(["h.test", "a.h.test", "q.h.test", "h.example", "h.test:8000", "other"]),
    st.dictionaries(st.sampled_from(["x-one", "x-two"]), st.sampled_from(["1", "v2", "V7", "z"])),
)


def first(routes: list[dict[str, Any]], request: tuple[str, str, str, dict[str, str]]) -> set[str]:
    """The names of the routes that may take the request; several where they are equal."""
    ranked: list[tuple[tuple[int, ...], str]] = []
    for route in routes:
        for path in route.get("paths", [None]):
            if takes(route, path, request):
                ranked.append((rank(route, path), route["name"]))
    best = max((it[0] for it in ranked), default=())
    return {name for its_rank, name in ranked if its_rank == best}


def takes(route: dict[str, Any], path: str | None, request: tuple[str, str, str, dict[str, str]]) -> bool:
    method, target, host, headers = request
    if method not in route.get("methods", [method]):
        return False
    if "hosts" in route and not any(host_takes(pattern, host) for pattern in route["hosts"]):
        return False
    for name, values in route.get("headers", {}).items():
        given = headers.get(name.lower())
        if given is None or not any(value_takes(value, given.lower()) for value in values):
            return False
    if path is None:
        return True
    if path.startswith("~"):
        return re.match(path[1:].replace("(?<", "(?P<"), target) is not None
    return target.startswith(path)


def host_takes(pattern: str, host: str) -> bool:
    name, _, port = pattern.partition(":")
    asked, _, asked_port = host.partition(":")
    return fnmatch.fnmatchcase(asked, name) and port in ("", asked_port or "80")


def value_takes(value: str, given: str) -> bool:
    return re.search(value[2:], given) is not None if value.startswith("~*") else value == given


def rank(route: dict[str, Any], path: str | None) -> tuple[int, ...]:
    kinds = sum(kind in route for kind in ("methods", "hosts", "paths", "headers"))
    plain = "hosts" in route and not any("*" in host for host in route["hosts"])
    expression = path is not None and path.startswith("~")
    return (
        kinds, plain, len(route.get("headers", {})), expression,
        route.get("regex_priority", 0) if expression else len(path or ""),
    )  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(ROUTES, st.lists(REQUESTS, min_size=1, max_size=8))
def test_the_router_agrees_with_the_reference(
    routes: list[dict[str, Any]], requests: list[tuple[str, str, str, dict[str, str]]]
) -> None:
    named = [{"name": f"r{n}", **route} for n, route in enumerate(routes)]
    router = Router(load(json.dumps({"_format_version": "3.0", "routes": named})))
    for request in requests:
        method, target, host, headers = request
        match = router.match(method, target, host, {name: [value] for name, value in headers.items()})
        expected = first(named, request)
        assert (match is None) == (not expected)
        if match is not None:
            assert match.route.name in expected
