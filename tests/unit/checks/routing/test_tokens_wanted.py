"""Routes that the gateway tells, and that want a token that nobody can make."""

from __future__ import annotations

import json

from atalaia.checks.rate_limits.targets import exhaustible
from atalaia.checks.routing.entries import LEADS_ELSEWHERE
from atalaia.checks.routing.reached import UNANSWERED, answered
from atalaia.checks.routing.tokens_wanted import token_wanted, untold
from atalaia.environment import Environment
from atalaia.environment.gateway_file import GatewayFile
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.run.case import Cases
from atalaia.run.results import SkipKind
from atalaia.systems.kong.completion import completed
from atalaia.systems.kong.given import given_of

FILE = """
_format_version: "3.0"
services:
- name: users
  url: http://users.test:3001
  routes:
  - {name: users, paths: [/users], plugins: [{name: jwt}]}
  - {name: guests, paths: [/guests], plugins: [{name: jwt, config: {anonymous: somebody}}]}
  - {name: open, paths: [/open]}
consumers: [{username: somebody}]
"""


def environment(*, file: str = FILE, **more) -> Environment:
    gateway = {"nodes": [{"proxy": "http://k.test:8000", "admin": "http://k.test:8001"}]}
    bare = Environment.model_validate_json(json.dumps({"name": "e", "gateway": gateway, **more}))
    bare = bare.completed(GatewayFile(file, "kong.yml"))
    return completed(bare, given_of(bare))


def test_a_route_that_wants_a_token_is_not_expected_to_succeed():
    of = environment()
    assert token_wanted(of, "/users") == "route users wants a token (jwt): declare `authentication`"
    assert [token_wanted(of, target) for target in ("/guests", "/open")] == ["", ""]
    case = Cases(of).one(UNANSWERED, "/users")
    assert case.skip is not None
    assert (case.skip.kind, case.skip.reason) == (
        SkipKind.NOT_DECLARED, "route users wants a token (jwt): declare `authentication`"
    )  # fmt: skip
    assert (UNANSWERED, "/users") not in answered(of, "/users")
    assert (UNANSWERED, "/open") in answered(of, "/open")
    assert untold(of)[0].startswith("1 route of the gateway")


def test_with_a_declared_scheme_it_is():
    of = environment(authentication={"jwt": {"secret": "a-secret-of-32-letters-and-digits"}})
    assert token_wanted(of, "/users") == ""
    assert untold(of) == ()


def test_a_declared_service_is_no_need_of_a_route():
    of = environment()
    assert [route.service for route in of.routes] == ["gateway-users"] * 3
    assert not isinstance(LEADS_ELSEWHERE.targets(of), tuple)
    assert Cases(of).one(UNANSWERED, "/open").requires


def test_a_service_that_wants_a_token_of_its_own_was_reached():
    of = environment()
    expected = UNANSWERED.expects(of, "/open")
    (request,) = UNANSWERED.observes(of, "/open")
    for by, findings in ((Hop.SERVICE, 0), (Hop.GATEWAY, 1)):
        response = Response(status=401, headers=(), body=b"{}")
        seen = Exchange(
            method="GET", url=str(request.url), request_id="1", sent=(), response=response, answered_by=by,
            elapsed=0.01,
        )  # fmt: skip
        assert len(UNANSWERED.judge((seen,), expected)) == findings


def test_a_limiter_that_counts_only_who_has_a_token_is_not_used_up():
    limited = FILE.replace("[{name: jwt}]", "[{name: jwt}, {name: rate-limiting, config: {minute: 5}}]")
    plugins = "plugins: [{name: rate-limiting, config: {minute: 5}}]"
    limited = limited.replace("paths: [/open]", f"paths: [/open], {plugins}")
    assert exhaustible(environment(file=limited)) == ("/open",)
