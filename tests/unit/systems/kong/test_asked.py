"""What a configuration has for a request: the route that takes it, and the plugins that work there."""

from __future__ import annotations

from atalaia.environment.url import parse_url
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.asked import match_of, plugins_on
from atalaia.systems.kong.given import given

FILE = """\
_format_version: "3.0"
services:
- name: a
  url: http://a:3001
  routes:
  - {name: beta, paths: [/a], headers: {X-Beta: ["yes"]}}
  - {name: of-host, paths: [/a], hosts: [a.example]}
  - {name: posted, paths: [/a], methods: [POST]}
  - {name: plain, paths: [/a], plugins: [{name: cors, config: {origins: ["*"]}}]}
plugins:
- {name: correlation-id}
"""
GIVEN = given(FILE, "kong.yml")
REFUSED = given("services: [", "kong.yml")


def request(*headers: tuple[str, str], method: str = "GET", target: str = "/a") -> HttpRequest:
    url = parse_url("http://kong.test:8000", frozenset({"http"}))
    return HttpRequest(key="k", hop=Hop.GATEWAY, url=url, target=target, method=method, headers=headers)


def named(of: HttpRequest, **instead: str) -> str | None:
    match = match_of(GIVEN, of, **instead)
    return match.route.name if match else None


def test_method_path_and_headers_in_any_case_choose_the_route():
    assert named(request()) == "plain"
    assert named(request(("x-BETA", "yes"))) == "beta"
    assert named(request(("HOST", "a.example"))) == "of-host"
    assert named(request(method="POST")) == "posted"
    assert named(request(target="/other")) is None


def test_what_is_named_goes_before_what_the_request_has():
    assert named(request(), host="a.example") == "of-host"
    assert named(request(("Host", "a.example")), host="b.example") == "plain"
    assert named(request(), method="POST") == "posted"
    assert named(request(target="/other"), target="/a") == "plain"


def test_on_a_route_its_own_plugins_work_too_and_without_one_the_global_ones():
    assert set(plugins_on(GIVEN, match_of(GIVEN, request()))) == {"cors", "correlation-id"}
    assert set(plugins_on(GIVEN, None)) == {"correlation-id"}


def test_a_file_that_is_refused_has_neither():
    assert match_of(REFUSED, request()) is None
    assert plugins_on(REFUSED, None) == {}
