"""Routes that overlap, that are never reached, that take more than they say: only what a request proves."""

from __future__ import annotations

import re
import warnings
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atalaia.systems.kong.bleed import beyond, bleeding
from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.example import Example
from atalaia.systems.kong.expressions import automaton, literal_start, shared
from atalaia.systems.kong.overlap import overlaps
from atalaia.systems.kong.routing import Router
from atalaia.systems.kong.shadow import shadowed


def router(*routes: str) -> Router:
    """A router over routes in YAML's flow style."""
    return Router(load('{_format_version: "3.0", routes: [' + ", ".join(f"{{{it}}}" for it in routes) + "]}"))


@pytest.mark.parametrize(
    ("one", "other", "request_line"),
    [
        ("paths: [/a]", "paths: [/a]", "GET /a"),
        ("paths: [/a, /b]", "paths: [/b, /c]", "GET /b"),
        ("paths: [/a], methods: [GET, POST]", "paths: [/a], methods: [POST]", "POST /a"),
        ("paths: [/a], hosts: [a.h, b.h]", "paths: [/a], hosts: [b.h]", "GET /a Host: b.h"),
        ("paths: [/a], hosts: ['*.b.h']", "paths: [/a], hosts: ['a.*']", "GET /a Host: a.x.b.h"),
        ("paths: [/a], hosts: ['h:8000']", "paths: [/a], hosts: [h]", "GET /a Host: h:8000"),
        ("paths: [/a], headers: {x-v: ['1', '2']}", "paths: [/a], headers: {X-V: ['2']}", "GET /a x-v: 2"),
        ("paths: [/a], headers: {v: ['~*^v[12]$']}", "paths: [/a], headers: {v: [v2]}", "GET /a v: v2"),
        ("paths: [/a], headers: {v: ['1']}", "paths: [/a], headers: {w: ['2']}", "GET /a v: 1 w: 2"),
        ("paths: [/a], methods: [GET]", "paths: [/a], headers: {w: ['2']}", None),  # a header weighs more
        ("paths: ['~/a/.*']", "paths: ['~/.*/b']", "GET /a/b"),
        ("paths: ['~/u/[0-9]+$']", "paths: ['~/u/(?<id>[^/]+)$']", "GET /u/0"),
        ("methods: [GET], hosts: ['*.h']", "methods: [GET], hosts: ['a.*']", "GET / Host: a.x.h"),
        ("paths: [/a], methods: [GET]", "paths: [/a], methods: [POST]", None),
        ("paths: [/a], hosts: [a.h]", "paths: [/a], hosts: [b.h]", None),
        ("paths: [/a], hosts: ['*.a.h']", "paths: [/a], hosts: ['*.b.h']", None),
        ("paths: [/a], hosts: ['h:1']", "paths: [/a], hosts: ['h:2']", None),
        ("paths: [/a], headers: {v: ['1']}", "paths: [/a], headers: {v: ['2']}", None),
        ("paths: [/ab]", "paths: [/ac]", None),
        ("paths: [/a]", "paths: [/ab]", None),  # the longer one wins
        ("paths: [/a]", "paths: ['~/a']", None),  # the expression wins
        ("paths: ['~/a'], regex_priority: 1", "paths: ['~/a']", None),
        ("paths: ['~/u/[0-9]+$']", "paths: ['~/u/me$']", None),
        ("paths: ['~/u/(?=x)']", "paths: ['~/u/x']", "GET /u/x"),
        ("paths: ['~/u/(?=x)']", "paths: ['~/(?=u)u/x']", None),  # not understood: not told
        ("paths: [/a], snis: [a.h], protocols: [https]", "paths: [/a], snis: [b], protocols: [https]", None),
    ],
)  # fmt: skip
def test_two_routes_overlap_where_a_request_proves_it(one: str, other: str, request_line: str | None) -> None:
    found = overlaps(router(f"name: one, {one}", f"name: other, {other}"))
    assert [str(it.example) for it in found] == ([request_line] if request_line else [])


def test_what_a_stronger_route_takes_is_no_matter_of_chance() -> None:
    routes = ["name: one, paths: ['~/a/.*$']", "name: other, paths: ['~/.*/b$']"]
    assert len(overlaps(router(*routes))) == 1
    assert not overlaps(router(*routes, "name: strong, paths: ['~/a/b$'], regex_priority: 9"))


def test_a_route_does_not_overlap_with_itself() -> None:
    assert not overlaps(router("name: one, paths: [/a, /a, '~/a', '~/a.*']"))


def test_an_overlap_is_told_in_one_line() -> None:
    (found,) = overlaps(router("name: one, paths: [/a]", "paths: [/a]"))
    assert str(found) in ("one and /a both take GET /a", "/a and one both take GET /a")


ALL = "[GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS]"


@pytest.mark.parametrize(
    ("strong", "weak", "covered"),
    [
        ("paths: ['~/api/.*']", "paths: [/api/users]", ["/api/users"]),
        ("paths: ['~/api/']", "paths: [/api/users, /other]", ["/api/users"]),
        ("paths: ['~/api/(users|orders)']", "paths: [/api/users]", ["/api/users"]),
        ("paths: ['~/api/.*'], regex_priority: 1", "paths: ['~/api/users/[0-9]+']", ["~/api/users/[0-9]+"]),
        ("paths: ['~/x(?=y)'], regex_priority: 1", "paths: ['~/x(?=y)']", ["~/x(?=y)"]),
        ("paths: ['~/api/'], hosts: [a.h, b.h]", "paths: [/api/u], hosts: [a.h]", ["/api/u"]),
        ("paths: ['~/api/'], methods: [GET, POST]", "paths: [/api/u], methods: [GET]", ["/api/u"]),
        ("paths: ['~/api/'], methods: [GET]", "paths: [/api/u], methods: [GET, POST]", []),
        ("paths: ['~/api/'], hosts: [a.h]", "paths: [/api/u], hosts: [a.h, b.h]", []),
        ("paths: ['~/api/$']", "paths: [/api/]", []),
        ("paths: ['~/api/[0-9]+']", "paths: [/api/]", []),
        ("paths: ['~/api/(?=x)']", "paths: [/api/]", []),
        ("paths: [/api]", "paths: [/api/users]", []),
        ("paths: ['~/api/'], headers: {v: ['1', '2']}", "paths: [/api/u], headers: {v: ['1']}", ["/api/u"]),
        ("paths: ['~/api/'], headers: {v: ['1']}", "paths: [/api/u], headers: {v: ['1', '2']}", []),
        (f"paths: [/api/], methods: {ALL}", "paths: [/api/u/export]", ["/api/u/export"]),
        (f"paths: [/api/], methods: {ALL}", "paths: ['~/api/u$']", ["~/api/u$"]),
        ("paths: [/api/], methods: [GET, HEAD, POST]", "paths: [/api/u]", []),
        (f"paths: [/api/], methods: {ALL}, hosts: [a.h]", "paths: [/api/u]", []),
        (f"paths: [/api/], methods: {ALL}, hosts: [a.h]", "paths: [/api/u], hosts: [a.h]", ["/api/u"]),
        ("paths: [/], hosts: [a.h]", "hosts: [a.h]", [""]),
        ("paths: [/a], hosts: [a.h]", "hosts: [a.h]", []),
    ],
)
def test_a_path_is_never_reached_where_a_stronger_route_takes_it_all(
    strong: str, weak: str, covered: list[str]
) -> None:
    found = shadowed(router(f"name: weak, {weak}", f"name: strong, {strong}"))
    assert [(it.route.name, it.path, it.by.name) for it in found] == [
        ("weak", path, "strong") for path in covered
    ]


def test_a_plain_path_takes_what_follows_it_without_a_slash() -> None:
    found = bleeding(
        router(
            "name: users, paths: [/api/users], methods: [POST]",
            "name: closed, paths: [/api/orders/]",
            "name: exact, paths: ['~/api/exact$']",
            "name: short, paths: [/a]",
            "name: longer, paths: [/azz]",
        )
    )
    assert {(it.route.name, it.path, str(it.example)) for it in found} == {
        ("users", "/api/users", "POST /api/userszz"),
        ("longer", "/azz", "GET /azzzz"),
    }


@pytest.mark.parametrize(
    ("expression", "path", "more"),
    [
        ("/api/users/health", "/api/users/health", "/api/users/healthzz"),
        ("/api/users/health$", "/api/users/health", None),
        ("/api/users(/|$)", "/api/users", None),
        ("/api/users-?[0-9]*$", "/api/users", "/api/users00"),
        ("/api/users(-[a-z]+)?$", "/api/users", "/api/users-zz"),
        ("/api/[a-z]+$", "/api/users", None),  # meant for all that lies side by side
        ("/api/", "/api/users", None),
        ("/api", "/api/users", "/apizz"),
        ("/.*", "/api/users", None),  # route.catches-all tells of it
    ],
)
def test_an_expression_without_an_end_takes_what_follows_it(
    expression: str, path: str, more: str | None
) -> None:
    assert beyond(re.compile(expression), path) == more


@pytest.mark.parametrize(
    ("expression", "start"),
    [
        (r"/a\.b/\d+", "/a.b/"), ("/ab*", "/a"), ("/ab?c", "/a"), ("/a(b|c)", "/a"), ("/a|/b", ""),
        ("/a.b", "/a"), ("/ab{2}", "/a"), (r"/a[|]b", "/a"), ("/a$", "/a"),
    ],
)  # fmt: skip
def test_the_literal_start_is_what_every_match_begins_with(expression: str, start: str) -> None:
    assert literal_start(expression) == start


ATOMS = st.sampled_from(
    ["a", "b", "/", "/a", r"\d", r"\w", ".", "[ab]", "[^a]", "[0-9a-f]", r"\.", "(a|b)", "(?:ab)"]
)
EXPRESSIONS = st.lists(
    st.tuples(ATOMS, st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,3}", "*?"])), max_size=5
).map(lambda parts: "/" + "".join(atom + count for atom, count in parts))
EXPRESSIONS = st.tuples(EXPRESSIONS, st.sampled_from(["", "$"])).map("".join)


@settings(max_examples=80, deadline=None)
@given(EXPRESSIONS, EXPRESSIONS)
def test_what_two_expressions_share_both_match(one: str, other: str) -> None:
    """Python's own engine agrees, and with the covering of a beginning, too."""
    engines = [re.compile(it.replace("(?<n>", "(?P<n>").replace("$", r"\Z")) for it in (one, other)]
    path = shared(one, other)
    if path is not None:
        assert all(engine.match(path) for engine in engines)
        found = automaton(one)
        assert found is not None
        if found.covers(path):
            assert all(engines[0].match(path + more) for more in ("", "x", "/q", "9$"))
        assert path.startswith(literal_start(one))


@settings(max_examples=80, deadline=None)
@given(st.text("ab/.*+?()[]{}|$\\d^1,-", max_size=12))
def test_no_expression_breaks_the_reader(text: str) -> None:
    found = shared("/" + text, "/" + text)
    literal_start(text)
    try:
        with warnings.catch_warnings(action="ignore"):
            engine = re.compile("/" + text.replace("(?<", "(?P<"))
    except (re.error, OverflowError):
        return
    if found is not None:
        assert engine.match(found)


ROUTES = st.lists(
    st.fixed_dictionaries(
        {"paths": st.lists(st.sampled_from(["/", "/a", "/b", "/a/b", "~/a", "~/a/.*", "~/.*b", "~/a$"]),
                           min_size=1, max_size=2, unique=True)},
        optional={
            "methods": st.lists(st.sampled_from(["GET", "POST"]), min_size=1, max_size=2, unique=True),
            "hosts": st.lists(st.sampled_from(["h", "a.h", "*.h", "a.*"]), min_size=1, max_size=2,
                              unique=True),
            "headers": st.fixed_dictionaries({"v": st.lists(st.sampled_from(["1", "2"]), min_size=1)}),
            "regex_priority": st.integers(0, 1),
        },
    ),
    min_size=2, max_size=6,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(ROUTES)
def test_overlaps_and_shadows_are_so(routes: list[dict[str, object]]) -> None:
    """Of random routes: those that overlap are first among those that take the request;
    the path in a shadow never wins."""
    named = [{"name": f"r{n}", **route} for n, route in enumerate(routes)]
    found = Router(load(str({"_format_version": "3.0", "routes": named})))
    for overlap in overlaps(found):
        it = overlap.example
        match = found.match(it.method, it.path, it.host, {k: [v] for k, v in it.headers.items()})
        assert match is not None
        takers = [c for c in found.candidates if it.taken_by(c)]
        first = {c.route.name for c in takers if c.priority == takers[0].priority}
        assert {overlap.one.name, overlap.other.name, match.route.name} <= first
    hidden = {(it.route.name, it.path) for it in shadowed(found)}
    for method, path, host, value in product(
        ("GET", "POST"), ("/", "/a", "/a/b", "/b", "/a/xb"), ("h", "a.h", "q.h"), ("1", "")
    ):
        request = Example(method, path, host, {"v": value} if value else {})
        winner = next((c for c in found.candidates if request.taken_by(c)), None)
        if winner is not None:
            reached = {path for path in winner.prefixes if request.path.startswith(path)}
            assert all((winner.route.name, path) not in hidden for path in reached)


def test_a_thousand_routes_are_compared_in_no_time() -> None:
    """The worst kinds: one path and many hosts, one path only, expressions that all begin alike."""
    by_host = router(*(f"name: r{n}, paths: [/a], hosts: [h{n}.test]" for n in range(1000)))
    assert not overlaps(by_host)
    alike = router(*(f"name: r{n}, paths: ['~/api/[a-z]+/{n}$']" for n in range(200)))
    assert not shadowed(alike)
    assert not overlaps(alike)
    same = router(*(f"name: r{n}, paths: [/a]" for n in range(1000)))
    assert len(overlaps(same)) == 1000
