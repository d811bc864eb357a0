"""What a declarative file makes of the declared routes, without anything being sent."""

from __future__ import annotations

import pytest

from atalaia.checks.check import NotDeclared
from atalaia.checks.routing.choosing import OVERLAPS, PREFIX_TOO_WIDE, SHADOWED
from atalaia.checks.routing.entries import LEADS_ELSEWHERE, NOT_IN_FILE, led_right
from atalaia.checks.routing.methods import DIFFER
from atalaia.checks.routing.rewriting import WRONG_HOST, WRONG_PATH
from atalaia.checks.routing.unknown import CATCHES_ALL
from atalaia.checks.routing.upstreams import TIMEOUT_TOO_LONG
from atalaia.environment import Environment
from atalaia.exchange.failure import Failure, Reason
from tests.unit.checks.routing.stack import FILE, changed, judged, lists, only, stack, why

OF_ROUTES = (NOT_IN_FILE, LEADS_ELSEWHERE, WRONG_PATH, WRONG_HOST, DIFFER)
OF_ALL = (OVERLAPS, SHADOWED, CATCHES_ALL, TIMEOUT_TOO_LONG)


def test_a_file_that_says_what_is_declared_is_in_order():
    for check in (*OF_ROUTES, PREFIX_TOO_WIDE):
        assert judged(check, "/api/users") == [], check.id
    for check in OF_ALL:
        assert judged(check, "gateway") == [], check.id


def test_without_a_file_the_admin_api_says_the_same():
    declared = stack(None)
    for check in OF_ROUTES:
        assert len(check.observes(declared, "/api/users")) == 5
        assert judged(check, "/api/users", *lists(FILE), declared=declared) == [], check.id


def test_lists_that_are_not_whole_decide_nothing():
    broken = lists(FILE)[0].model_copy(update={"failure": Failure(reason=Reason.REFUSED, detail="closed")})
    reason = why(judged(NOT_IN_FILE, "/api/users", broken, declared=stack(None)))
    assert reason == "the Admin API's list /services could not be read: refused: closed"


@pytest.mark.parametrize("check", [*OF_ROUTES, PREFIX_TOO_WIDE, *OF_ALL], ids=lambda check: check.id)
def test_with_neither_a_file_nor_lists_nothing_is_decided(check):
    target = "/api/users" if check in (*OF_ROUTES, PREFIX_TOO_WIDE) else "gateway"
    assert "neither a declarative file nor" in why(judged(check, target, declared=stack(None)))


@pytest.mark.parametrize(
    ("check", "edit", "observed", "cause"),
    [
        (NOT_IN_FILE, ("~/api/users$", "~/api/people$"), "no route takes it; near: users (kong.yml:9)", "9"),
        (
            NOT_IN_FILE,
            ("[GET, HEAD]", "[POST]"),
            "no route takes it; near: users (kong.yml:11: not for GET)",
            "11",
        ),
        (
            NOT_IN_FILE,
            ("methods: [GET, HEAD]", "hosts: [app.test]"),
            "no route takes it; near: users (kong.yml:11: only for the host app.test, "
            "not for kong.test:8000)",
            "11",
        ),
        (
            NOT_IN_FILE,
            ("/api/users", "/api/usres"),
            "no route takes it; near: users (kong.yml:10: its path is ~/api/usres$)",
            "10",
        ),
        (
            LEADS_ELSEWHERE,
            ("users.test:3001", "echo.test:3002"),
            "route users leads to echo.test:3002, which is echo",
            "4",
        ),
        (
            WRONG_PATH,
            ("strip_path: false\n- name: echo", "strip_path: true\n- name: echo"),
            "it arrives as /: strip_path is true",
            "12",
        ),
        (
            WRONG_PATH,
            ("users.test:3001", "users.test:3001/v2"),
            "it arrives as /v2/api/users: strip_path is false, the service's path is /v2",
            "4",
        ),
        (
            WRONG_HOST,
            ("methods: [GET, HEAD]", "preserve_host: true"),
            "it sees the client's Host: preserve_host is true",
            "11",
        ),
        (DIFFER, ("[GET, HEAD]", "[GET, HEAD, DELETE]"), "route users takes it", "11"),
    ],
)
def test_what_contradicts_a_declared_route_is_told_with_its_line(check, edit, observed, cause):
    finding = only(judged(check, "/api/users", declared=changed(edit)))
    assert (finding.observed, finding.cause, finding.hop) == (observed, f"kong.yml:{cause}", "gateway")


def test_a_route_without_methods_takes_all_of_them():
    verdict = judged(DIFFER, "/api/users", declared=changed(("    methods: [GET, HEAD]\n", "")))
    assert [finding.expected.split()[0] for finding in verdict] == [
        "DELETE",
        "OPTIONS",
        "PATCH",
        "POST",
        "PUT",
    ]
    assert "it has no methods" in verdict[0].observed


def test_a_declared_method_that_no_route_takes_is_told():
    declared = stack(routes=[{"path": "/api/users", "service": "users", "methods": ["GET", "PUT"]}])
    finding = only(judged(DIFFER, "/api/users", declared=declared))
    assert (finding.expected, finding.observed) == ("PUT /api/users leads to users", "no route takes it: 404")


def test_the_path_may_be_meant_to_change():
    route = {"path": "/api/users", "service": "users", "upstream_path": "/"}
    declared = stack(
        FILE.replace("strip_path: false\n- name: echo", "strip_path: true\n- name: echo"), routes=[route]
    )
    assert judged(WRONG_PATH, "/api/users", declared=declared) == []


def transforming(replace: str, **declared: object) -> Environment:
    """The environment whose route has a request-transformer, in line 13 of the file."""
    edit = "    strip_path: false\n- name: echo"
    plugin = f"    plugins: [{{name: request-transformer, config: {{replace: {replace}}}}}]\n- name: echo"
    text = FILE.replace(edit, edit.replace("- name: echo", plugin))
    return stack(text, routes=[{"path": "/api/users", "service": "users"} | declared])


def test_a_transformer_that_yields_the_declared_path_is_in_order():
    declared = transforming("{uri: /v2/users}", upstream_path="/v2/users")
    assert judged(WRONG_PATH, "/api/users", declared=declared) == []


def test_a_transformer_that_changes_the_path_otherwise_is_told_at_its_own_line():
    for declared in ({}, {"upstream_path": "/v3"}):
        finding = only(judged(WRONG_PATH, "/api/users", declared=transforming("{uri: /v2}", **declared)))
        assert finding.observed == "it arrives as /v2: the request-transformer plugin changes it"
        assert finding.cause == "kong.yml:13"


def test_a_host_that_a_transformer_sets_is_what_arrives():
    finding = only(judged(WRONG_HOST, "/api/users", declared=transforming('{headers: ["Host:x.test"]}')))
    assert finding.observed == "it sees x.test: the request-transformer plugin sets it"
    assert finding.cause == "kong.yml:13"
    right = transforming('{headers: ["Host:users.test:3001"]}')
    assert judged(WRONG_HOST, "/api/users", declared=right) == []
    clients = transforming('{headers: ["Host:kong.test:8000"]}', preserve_host=True)
    assert judged(WRONG_HOST, "/api/users", declared=clients) == []


def test_a_template_that_is_not_modelled_decides_nothing():
    declared = transforming('{uri: "/$(string.upper(headers.host))"}')
    assert "kong.yml:13: request-transformer uses" in why(judged(WRONG_PATH, "/api/users", declared=declared))


@pytest.mark.parametrize("url", ["http://users:80", "http://10.1.2.3:3001", "http://users.test:3001"])
def test_a_service_is_known_by_its_address_its_name_or_a_port_that_only_it_has(url):
    assert judged(LEADS_ELSEWHERE, "/api/users", declared=changed(("http://users.test:3001", url))) == []


def test_an_address_that_nobody_declared_decides_nothing_and_is_left_to_the_live_answer():
    declared = changed(("name: users\n  url: http://users.test:3001", "name: u\n  url: http://10.1.2.3:80"))
    assert "nothing tells whether 10.1.2.3:80 (kong.yml:4) is users" in why(
        judged(LEADS_ELSEWHERE, "/api/users", declared=declared)
    )
    assert led_right(declared, "/api/users") == ((NOT_IN_FILE, "/api/users"),)
    assert led_right(stack(), "/api/users") == ((LEADS_ELSEWHERE, "/api/users"),)


def test_targets_of_an_upstream_are_the_addresses_of_its_service():
    text = FILE.replace("http://users.test:3001", "http://people.upstream")
    targets = "upstreams:\n- name: people.upstream\n  targets:\n  - target: users.test:3001\n"
    assert judged(LEADS_ELSEWHERE, "/api/users", declared=stack(text + targets)) == []
    stray = targets + "  - target: echo.test:3002\n"
    finding = only(judged(LEADS_ELSEWHERE, "/api/users", declared=stack(text + stray)))
    assert finding.observed == "route users leads to echo.test:3002 too, which is another service"


def test_a_plain_path_without_a_slash_takes_more_than_it_says():
    finding = only(judged(PREFIX_TOO_WIDE, "/api/echo"))
    assert "also takes" in finding.observed
    assert "/api/echozz" in finding.observed
    assert finding.cause == "kong.yml:20"


def test_an_expression_without_its_end_takes_more_than_it_says():
    finding = only(judged(PREFIX_TOO_WIDE, "/api/users", declared=changed(("~/api/users$", "~/api/users"))))
    assert finding.observed == "route users also takes GET /api/userszz"
    assert finding.cause == "kong.yml:10"


def test_a_route_that_a_shorter_path_with_methods_always_outranks_is_told():
    export = "  - {name: export, paths: [/api/users/export], strip_path: false}\n"
    every = "[GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS]"
    declared = changed(
        ("    strip_path: false\n- name: echo", f"    strip_path: false\n{export}- name: echo"),
        ("[GET, HEAD]", every),
    )
    finding = only(judged(SHADOWED, "gateway", declared=declared))
    assert finding.expected == "route export is reached by /api/users/export"
    assert (
        finding.observed
        == "route users (kong.yml:10) always goes before it, but for methods that nobody uses"
    )
    assert finding.cause == "kong.yml:13"


def test_overlaps_and_shadows_name_both_routes():
    twin = '  - {name: twin, paths: ["~/api/users$"], methods: [GET], strip_path: false}\n'
    declared = changed(("  routes:\n  - name: users\n", f"  routes:\n{twin}  - name: users\n"))
    finding = only(judged(OVERLAPS, "gateway", declared=declared))
    assert "twin" in finding.observed
    assert "users" in finding.observed
    assert finding.cause.startswith("kong.yml:")
    first = twin.replace("methods: [GET]", "methods: [GET, HEAD], regex_priority: 1")
    declared = changed(("  routes:\n  - name: users\n", f"  routes:\n{first}  - name: users\n"))
    finding = only(judged(SHADOWED, "gateway", declared=declared))
    assert (finding.expected, finding.cause) == ("route users is reached by ~/api/users$", "kong.yml:11")


@pytest.mark.parametrize("paths", ["[/]", '["~/.*"]'])
def test_a_route_for_every_path_is_named(paths):
    declared = changed(("paths: [/api/echo]", f"paths: {paths}"))
    assert only(judged(CATCHES_ALL, "gateway", declared=declared)).observed == "route echo takes every path"


def test_a_route_for_every_path_with_a_header_of_its_own_is_none():
    declared = changed(("paths: [/api/echo]", "headers: {x-debug: [one]}"))
    assert judged(CATCHES_ALL, "gateway", declared=declared) == []


def test_kongs_own_timeouts_are_told_as_such():
    declared = changed(("  read_timeout: 1000\n  routes:\n  - name: users", "  routes:\n  - name: users"))
    finding = only(judged(TIMEOUT_TOO_LONG, "gateway", declared=declared))
    assert finding.expected == "service users: read_timeout of at most 5000 ms"
    assert (finding.observed, finding.cause) == ("60000 ms, Kong's default", "kong.yml:3")


def test_a_timeout_that_is_written_is_told_at_its_line():
    declared = changed(
        (
            "  read_timeout: 1000\n  routes:\n  - name: echo",
            "  read_timeout: 60000\n  routes:\n  - name: echo",
        )
    )
    finding = only(judged(TIMEOUT_TOO_LONG, "gateway", declared=declared))
    assert (finding.observed, finding.cause) == ("60000 ms", "kong.yml:17")


def test_nothing_is_judged_that_is_not_declared():
    bare = stack(gateway={"nodes": [{"proxy": "http://kong.test:8000", "admin": "http://kong.test:8001"}]})
    assert TIMEOUT_TOO_LONG.targets(bare) == NotDeclared("gateway.upstream_timeout")
    assert DIFFER.targets(stack(routes=[{"path": "/a", "service": "users"}])) == NotDeclared(
        "routes with methods"
    )
