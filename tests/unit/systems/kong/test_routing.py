"""Which route wins, beyond what the recordings show."""

from __future__ import annotations

import pytest

from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.paths import escape, normalise
from atalaia.systems.kong.routing import Router, priority
from atalaia.systems.kong.upstream_url import upstream_target


def router(*routes: str) -> Router:
    """A router over routes in YAML's flow style, each with its name first."""
    return Router(load('{_format_version: "3.0", routes: [' + ", ".join(f"{{{it}}}" for it in routes) + "]}"))


def winner(
    found: Router, target: str = "/a/b", *, method: str = "GET", host: str = "h", **headers: str
) -> str | None:
    given = {name.replace("_", "-"): [value] for name, value in headers.items()}
    match = found.match(method, target, host, given)
    return match.route.name if match else None


@pytest.mark.parametrize(
    ("stronger", "weaker", "why"),
    [
        ("paths: [/a], methods: [GET]", "paths: [/a/b]", "more kinds of attribute beat a longer path"),
        ("paths: [/a], hosts: [a.h]", "paths: [/a/b], hosts: ['*.h']", "a plain host beats a wildcard"),
        ("paths: [/a], headers: {x: ['1'], y: ['2']}", "paths: [/a/b], headers: {x: ['1']}", "more headers"),
        ("paths: ['~/a']", "paths: [/a/b]", "a regular expression beats a prefix"),
        ("paths: ['~/a'], regex_priority: 1", "paths: ['~/a/b']", "regex_priority"),
        ("paths: [/a/b]", "paths: [/a]", "the longer prefix"),
    ],
)
def test_the_stronger_route_wins_in_either_order(stronger: str, weaker: str, why: str) -> None:
    for first, second in ((stronger, weaker), (weaker, stronger)):
        found = router(
            f"name: {'s' if first is stronger else 'w'}, {first}",
            f"name: {'s' if second is stronger else 'w'}, {second}",
        )
        assert winner(found, host="a.h", x="1", y="2") == "s", why


def test_a_route_with_paths_of_several_lengths_competes_with_each() -> None:
    found = router("name: r1, paths: [/a, /a/b/c]", "name: r2, paths: [/a/b]")
    assert [winner(found, target) for target in ("/a", "/a/b", "/a/b/c")] == ["r1", "r2", "r1"]


def test_a_tie_goes_to_the_same_route_however_the_file_is_ordered() -> None:
    routes = ["name: one, paths: ['~/a/.*']", "name: two, paths: ['~/.*/b']"]
    assert winner(router(*routes)) == winner(router(*reversed(routes)))


def test_hosts_match_by_letter_case_port_and_wildcard() -> None:
    found = router(
        "name: port, hosts: ['h:8000']", "name: end, hosts: ['*.h']", "name: start, hosts: ['h.*']"
    )
    hosts = {"h:8000": "port", "h:80": None, "h": None, "a.h": "end", "a.H": None, "h.example": "start"}
    assert {host: winner(found, host=host) for host in hosts} == hosts


def test_headers_match_any_of_their_values_or_an_expression() -> None:
    found = router("name: r, headers: {X-Version: [v2, '~*^v[34]$']}")
    values = {"V2": "r", "v3": "r", "v35": None, "v1": None}
    assert {value: winner(found, x_version=value) for value in values} == values
    assert winner(found) is None


def test_methods_hosts_and_paths_must_all_match() -> None:
    found = router("name: r, paths: [/a], methods: [POST], hosts: [h]")
    assert winner(found, method="POST") == "r"
    assert winner(found, method="GET") is None
    assert winner(found, method="POST", host="other") is None
    assert winner(found, "/b", method="POST") is None


def test_what_was_found_once_is_found_again_and_only_for_the_same_request() -> None:
    found = router("name: v2, paths: [/], headers: {x-version: [v2]}", "name: other, paths: [/]")
    for _ in range(2):
        assert winner(found, x_version="v2") == "v2"
        assert winner(found, x_version="v1") == "other"
        assert winner(found) == "other"


def test_priorities_are_kongs_own_numbers() -> None:
    (route,) = load(
        '{_format_version: "3.0", routes: [{name: r, paths: [/abc], hosts: [h], headers: {x: ["1"]}}]}'
    ).routes
    assert priority(route, ["/abc"]) == 3 << 61 | 1 << 60 | 1 << 52 | 4
    assert priority(route, ["~/abc"]) == 3 << 61 | 1 << 60 | 1 << 52 | 1 << 51


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/", "/"), ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/../a", "/a"), ("/a/..", "/"), ("/a/.", "/a/"),
        ("/a//b", "/a//b"), ("/%61%2f%2F", "/a%2F%2F"), ("/%2e%2e/a", "/a"), ("/%c3%a9", "/é"),
        ("/a%", "/a%"),
    ],
)  # fmt: skip
def test_a_path_is_normalised(path: str, normal: str) -> None:
    assert normalise(path) == normal


def test_slashes_are_merged_for_routing_but_not_at_the_end() -> None:
    assert normalise("//a///b//", merge_slashes=True) == "/a/b/"


@pytest.mark.parametrize("path", ["/%C3%A9", "/%FF%FE", "/a%20b", "/%5C", "/plain-._~!$&'()*+,;=:@"])
def test_what_was_decoded_to_route_is_encoded_again_for_the_upstream(path: str) -> None:
    assert escape(normalise(path)) == path


@pytest.mark.parametrize(
    ("base", "strip", "target", "seen"),
    [
        ("", True, "/a", "/"), ("", True, "/a/", "/"), ("", True, "/a/b?c", "/b?c"),
        ("", False, "/a/b?", "/a/b?"), ("/x", True, "/a", "/x"), ("/x", True, "/a/", "/x/"),
        ("/x", True, "/ab", "/x/b"), ("/x", False, "/a", "/x/a"),
        ("/x/", True, "/a", "/x"), ("/x/", True, "/a/", "/x/"), ("/x/", True, "/a/b", "/x/b"),
        ("/x/", False, "/a/b", "/x/a/b"), ("/x", True, "/a../y", "/x/y"), ("/x", True, "/a/../y", None),
    ],
)  # fmt: skip
def test_the_services_path_and_the_requests_are_joined(
    base: str, strip: bool, target: str, seen: str | None
) -> None:
    found = Router(
        load(
            f'{{_format_version: "3.0", services: [{{name: s, url: "http://h{base}", '
            f"routes: [{{name: r, paths: [/a], strip_path: {str(strip).lower()}}}]}}]}}"
        )
    )
    match = found.match("GET", target, "h", {})
    assert (upstream_target(match, target) if match else None) == seen
