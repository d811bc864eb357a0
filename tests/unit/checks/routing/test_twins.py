"""Routes beside the declared ones: twins that keep nothing, paths that nobody declared."""

from __future__ import annotations

from typing import Any

import pytest

from atalaia.checks.check import NotDeclared
from atalaia.checks.routing.twins import TWIN_UNPROTECTED
from atalaia.checks.routing.undeclared import UNDECLARED
from atalaia.environment import Environment
from atalaia.systems.kong.completion import completed
from atalaia.systems.kong.given import given_of
from tests.unit.checks.routing.stack import FILE, STACK, judged, lists, only, stack, why

PROMISING: dict[str, Any] = {
    "route_classes": {"api": {"limit": {"minute": 100}, "cors": "app", "authentication": "jwt"}},
    "cors": {"app": {"origins": ["https://app.example"]}},
    "authentication": {"jwt": {"secret": "a-signing-secret-of-thirty-two-bytes"}},
    "routes": [
        {"path": "/api/users", "service": "users", "methods": ["GET", "POST"], "class": "api"},
        {"path": "/api/users/open", "service": "users"},
        {"path": "/api/echo", "service": "echo"},
    ],
}
TOKEN, LIMIT = (
    "{name: jwt, config: {claims_to_verify: [exp]}}",
    "{name: rate-limiting, config: {minute: 100}}",
)
CORS = "{name: cors, config: {origins: ['https://app.example']}}"
PROTECTED = f"strip_path: false\n    plugins: [{TOKEN}, {LIMIT}, {CORS}]\n"
OWN = FILE.replace("[GET, HEAD]\n    strip_path: false\n", "[GET, HEAD, POST]\n    " + PROTECTED)
ALL_THREE = "no plugin asks for a token, no limiter counts it, no cors plugin works on it"


def beside(route: str, **changes: Any) -> Environment:
    """The file with a second route of the users' service, in line 14."""
    text = OWN.replace("- name: echo\n  url", f"  - {{name: twin, {route}}}\n- name: echo\n  url")
    assert text.splitlines()[13].startswith("  - {name: twin")
    return stack(text, **(PROMISING | changes))


@pytest.mark.parametrize(
    ("route", "request_line"),
    [
        ("paths: [/api/users], headers: {x-beta: ['1']}", "GET /api/users x-beta: 1"),
        ("paths: [/api/], headers: {x-beta: ['1']}", "GET /api/users x-beta: 1"),
        ("paths: ['~/api/users/[0-9]+/export$']", "PUT /api/users/0/export"),  # GET: users
        ("paths: [/api/users], hosts: [old.test]", "GET /api/users Host: old.test"),
        ("hosts: ['*.old.test']", "PUT /api/users Host: x.old.test"),
        ("paths: [/api/users], methods: [DELETE]", "DELETE /api/users"),
        ("paths: [/api/users/export], methods: [POST]", "POST /api/users/export"),
        ("paths: ['~/api/users$'], methods: [GET], headers: {a: [b]}", "GET /api/users a: b"),
    ],
)  # fmt: skip
def test_a_twin_that_keeps_nothing_is_told_with_the_request_that_it_takes(route: str, request_line: str):
    finding = only(judged(TWIN_UNPROTECTED, "gateway", declared=beside(route)))
    assert finding.observed.startswith(f"route twin, to users, takes {request_line}, and ")
    assert "no limiter counts it, no cors plugin works on it" in finding.observed
    assert (finding.cause, finding.hop) == ("kong.yml:14", "gateway")
    assert finding.expected == "every route that takes requests for /api/users keeps what its class promises"


@pytest.mark.parametrize(
    "route",
    [
        f"paths: [/api/users], headers: {{x-beta: ['1']}}, plugins: [{TOKEN}, {LIMIT}, {CORS}]",
        "paths: [/api/users], headers: {x-beta: ['1']}, plugins: [{name: request-termination}]",
        "paths: [/api/users/open], methods: [GET]",  # a route of its own, of no class
        "paths: [/api/users], methods: [OPTIONS]",  # preflights need no token
        "paths: [/api/users-of-old], methods: [GET]",
        "paths: [/api/users/lost]",  # never reached: route.shadowed tells of it
    ],
)
def test_a_route_that_keeps_all_or_takes_nothing_is_in_order(route: str):
    if route.endswith("lost]"):
        every = "[GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS]"
        declared = beside(route)
        assert declared.gateway_file is not None
        text = declared.gateway_file.text.replace("[GET, HEAD, POST]", every)
        declared = stack(text, **PROMISING)
    else:
        declared = beside(route)
    assert judged(TWIN_UNPROTECTED, "gateway", declared=declared) == []


@pytest.mark.parametrize(
    ("plugins", "told"),
    [
        (f"{LIMIT}, {CORS}", "no plugin asks for a token"),
        (f"{{name: jwt, config: {{anonymous: x}}}}, {LIMIT}, {CORS}", "no plugin asks for a token"),
        (f"{{name: jwt, enabled: false}}, {LIMIT}, {CORS}", "no plugin asks for a token"),
        (f"{TOKEN}, {CORS}", "no limiter counts it"),
        (
            f"{TOKEN}, {{name: rate-limiting, config: {{minute: 5000}}}}, {CORS}",
            "its limiter allows another number of requests",
        ),
        (f"{TOKEN}, {LIMIT}", "no cors plugin works on it"),
        (
            f"{TOKEN}, {LIMIT}, {{name: cors, config: {{origins: ['https://evil.example']}}}}",
            "its cors plugin lets https://evil.example read the answers",
        ),
    ],
)
def test_what_a_twin_lacks_is_named_and_nothing_else(plugins: str, told: str):
    route = f"paths: [/api/users], headers: {{x-beta: ['1']}}, plugins: [{plugins}]"
    finding = only(judged(TWIN_UNPROTECTED, "gateway", declared=beside(route)))
    assert finding.observed == f"route twin, to users, takes GET /api/users x-beta: 1, and {told}"


def test_what_the_meant_route_lacks_too_is_told_of_that_one():
    declared = beside(f"paths: [/api/users], headers: {{x-beta: ['1']}}, plugins: [{TOKEN}]")
    assert declared.gateway_file is not None
    text = declared.gateway_file.text.replace(f", {LIMIT}, {CORS}]\n", f", {CORS}]\n")
    finding = only(judged(TWIN_UNPROTECTED, "gateway", declared=stack(text, **PROMISING)))
    assert finding.observed.endswith(", and no cors plugin works on it")


def test_a_twin_of_several_paths_is_one_finding():
    classes = [{**one, "class": "api"} for one in PROMISING["routes"] if one["path"] != "/api/echo"]
    declared = beside("paths: [/api/users], headers: {x-beta: ['1']}", routes=classes)
    assert (
        "; 1 more declared paths likewise"
        in only(judged(TWIN_UNPROTECTED, "gateway", declared=declared)).observed
    )


def test_without_a_file_the_admin_api_tells_of_twins_and_of_strangers():
    text = beside("paths: [/api/users, /internal/debug], headers: {x-beta: ['1']}").gateway_file
    assert text is not None
    declared = stack(None, **PROMISING)
    assert len(TWIN_UNPROTECTED.observes(declared, "gateway")) == 5
    for check in (TWIN_UNPROTECTED, UNDECLARED):
        finding = only(judged(check, "gateway", *lists(text.text), declared=declared))
        assert finding.cause == "/routes/twin"
        assert "neither a declarative file nor" in why(judged(check, "gateway", declared=declared))


@pytest.mark.parametrize(
    ("route", "near"),
    [
        ("paths: ['~/internal/debug$'], methods: [GET]", ""),
        ("paths: [/internal/debug], headers: {x-debug: ['1']}", ""),
        ("paths: [/api/usres]", "; near: /api/users"),
        ("paths: [/api/users-internal/]", ""),
        ("paths: ['~/(admin|intern)/(?=x)']", ""),  # not understood, and beginning as nothing declared
    ],
)
def test_a_route_on_no_declared_path_is_told_with_its_service(route: str, near: str):
    declared = beside(route)
    if "?=" in route:
        assert judged(UNDECLARED, "gateway", declared=declared) == []  # it may begin in two ways: not told
        return
    finding = only(judged(UNDECLARED, "gateway", declared=declared))
    path = route.partition("[")[2].partition("]")[0].strip("'")
    assert finding.observed == (
        f"route twin, to users, takes {path}, which is no declared path and lies below none{near}"
    )
    assert (finding.cause, finding.hop) == ("kong.yml:14", "gateway")


def test_paths_that_the_environment_names_elsewhere_are_declared():
    services = STACK["services"] | {
        "users": {"url": "http://users.test:3001", "mark": "users-1", "gateway_health": "/up/users"}
    }
    routes = [one for one in PROMISING["routes"] if one["path"] != "/api/echo"]
    declared = beside("paths: ['~/up/users$', /dead, /]", services=services, routes=routes)
    assert judged(UNDECLARED, "gateway", declared=declared) == []


def test_a_declared_route_that_is_somewhere_else_is_told_once():
    text = OWN.replace('["~/api/users$", /api/users/]', "[/api/people]")
    assert judged(UNDECLARED, "gateway", declared=stack(text, **PROMISING)) == []


def test_nothing_is_held_against_a_gateway_whose_own_routes_are_the_intent():
    bare = stack(OWN, routes=[])
    for check in (TWIN_UNPROTECTED, UNDECLARED):
        assert check.targets(completed(bare, given_of(bare))) == NotDeclared("routes")
        assert check.targets(stack()) == ("gateway",)
