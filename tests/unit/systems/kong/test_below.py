"""What a route may take of a path and of what lies below it, and which of some paths it has to do with."""

from __future__ import annotations

import pytest

from atalaia.systems.kong.below import Paths, examples, part, understood
from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.routing import Candidate, Router

PATHS = Paths(["/api/users", "/api/users/health/", "/api/usersx", "/web"])


def candidate(route: str) -> Candidate:
    """The only part of a route in YAML's flow style."""
    (found,) = Router(load(f'{{_format_version: "3.0", routes: [{{{route}}}]}}')).candidates
    return found


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/api/users", "/api/users"), ("/api/users/", "/api/users"), ("/api/users/7/x", "/api/users"),
        ("/api/users/health", "/api/users/health"), ("/api/users-of", None), ("/api", None), ("/", None),
    ],
)  # fmt: skip
def test_a_path_belongs_to_the_longest_that_is_it_or_lies_above_it(path: str, owner: str | None):
    assert PATHS.owner(path) == owner


def test_the_root_owns_what_nobody_else_does():
    assert Paths(["/"]).owner("/anything") == ""


@pytest.mark.parametrize(
    ("route", "beside"),
    [
        ("paths: [/api/users/]", {"/api/users", "/api/users/health", "/api/usersx"}),
        ("paths: [/api/users/7]", {"/api/users"}),
        ("paths: ['~/api/(users|clinics)']", {"/api/users", "/api/users/health", "/api/usersx"}),
        ("paths: [/other]", set()),
        ("hosts: [a.h]", {"/api/users", "/api/users/health", "/api/usersx", "/web"}),
    ],
)
def test_only_paths_that_begin_alike_have_to_do_with_a_route(route: str, beside: set[str]):
    assert set(PATHS.beside(candidate(route))) == beside


@pytest.mark.parametrize(
    ("route", "requests"),
    [
        ("paths: [/api/]", ["GET /api/users", "GET /api/users/"]),
        ("paths: ['~/api/users$'], methods: [PUT]", ["PUT /api/users"]),
        ("paths: [/api/users/7], headers: {x-v: ['1']}", ["GET /api/users/7 x-v: 1"]),
        ("hosts: ['*.a.h']", ["GET /api/users Host: x.a.h", "GET /api/users/ Host: x.a.h"]),
        ("paths: [/api/usersx]", []),
        ("paths: ['~/api/(users|web)/[0-9]$']", ["GET /api/users/0"]),
    ],
)
def test_a_request_shows_what_a_route_takes_of_a_path(route: str, requests: list[str]):
    assert [str(one) for one in examples(candidate(route), "/api/users")] == requests


def test_an_expression_that_is_not_understood_proves_nothing():
    assert not understood(candidate("paths: ['~/a(?=b)']"))
    assert understood(candidate("paths: ['~/a[0-9]+$']"))


def test_every_path_is_a_part_of_its_route():
    of = load('{_format_version: "3.0", routes: [{name: r, paths: [/a, /bc]}]}').routes[0]
    assert [found.prefixes for path in of.paths if (found := part(of, path))] == [("/a",), ("/bc",)]
