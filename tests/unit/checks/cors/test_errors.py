"""Errors are judged only where they are the errors that were meant; where none can be had, they are told."""

from __future__ import annotations

import json

import pytest

from atalaia.checks.authentication.refused import NOT_REQUIRED
from atalaia.checks.check import Inconclusive, NotDeclared
from atalaia.checks.cors.answers import FOREIGN_READS, UNREADABLE
from atalaia.checks.cors.errors import FOREIGN_READS_ERROR, OUTAGE_UNREADABLE, UNREADABLE_ERROR
from atalaia.checks.cors.narrower import NARROWER
from atalaia.checks.cors.provoked import errors
from atalaia.checks.cors.wider import WIDER
from atalaia.checks.routing.upstreams import DEAD_MISANSWERED
from atalaia.environment import Environment
from atalaia.environment.gateway_file import GatewayFile
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.response import Response
from tests.unit.checks.cors.modelled import APP, CORS, POLICY, Modelled, file_of

EVIL = "https://evil.example"
ALL = ("/clinics", "/users", "/a", "/b", "/c")


FILE = file_of()


def stack(*, file=FILE, dead=False, front=False, paths=ALL) -> Environment:
    """An environment whose routes ask for a token; `dead` and `front` add dead routes and HAProxy."""
    gateway = {"nodes": [{"proxy": "http://kong.test:8000", "admin": "http://kong.test:8001"}]}
    document = {
        "name": "protected",
        "safety": "sandbox",
        "services": {"a": {"url": "http://a.test:3001"}},
        "gateway": {**gateway, "dead_upstream": "/dead"} if dead else gateway,
        "cors": {"app": POLICY},
        "authentication": {"jwt": {"secret": "a-secret-that-signs-tokens-here"}},
        "route_classes": {"api": {"cors": "app", "authentication": "jwt"}},
        "routes": [{"path": path, "service": "a", "class": "api"} for path in paths],
    }
    if front:
        document["load_balancer"] = {
            "url": "http://front.test:80",
            "dead_upstream": "/dead-too",
            "backends": {"gateway": {"servers": ["kong-1"], "paths": ["/api"]}},
        }
    environment = Environment.model_validate_json(json.dumps(document))
    return environment.completed(GatewayFile(file, "kong.yml")) if file else environment


def answered(status, origin, *lines):
    return Exchange(
        method="GET", url="http://kong.test/clinics", request_id="1", sent=(("Origin", origin),),
        response=Response(status=status, headers=lines), elapsed=0.01,
    )  # fmt: skip


def judged(check, environment, target, exchange):
    return check.judge((exchange,), check.expects(environment, target))


def only(verdict):
    assert isinstance(verdict, list)
    (finding,) = verdict
    return finding


READABLE = (("Access-Control-Allow-Origin", APP), ("Access-Control-Allow-Credentials", "true"))
REFLECTED = (("Access-Control-Allow-Origin", EVIL), ("Access-Control-Allow-Credentials", "true"))
CASES = [
    ("401 at /clinics", 401, (200, 204, 302, 404, 502)),
    ("404 at kong-1", 404, (200, 401, 503)),
    ("5xx at kong-1", 503, (200, 404)),
    ("5xx at load-balancer", 503, (200, 404)),
    ("own 404 at load-balancer", 404, (200, 503)),
]


@pytest.mark.parametrize(("target", "status", "others"), CASES)
def test_an_answer_that_is_not_the_error_decides_nothing(target, status, others):
    environment = stack(dead=True, front=True)
    assert judged(UNREADABLE_ERROR, environment, target, answered(status, APP, *READABLE)) == []
    assert only(judged(UNREADABLE_ERROR, environment, target, answered(status, APP)))
    assert judged(FOREIGN_READS_ERROR, environment, target, answered(status, EVIL, *READABLE)) == []
    assert only(judged(FOREIGN_READS_ERROR, environment, target, answered(status, EVIL, *REFLECTED)))
    for other in others:
        for check, origin in ((UNREADABLE_ERROR, APP), (FOREIGN_READS_ERROR, EVIL)):
            said = judged(check, environment, target, answered(other, origin, *READABLE))
            assert isinstance(said, Inconclusive)
            assert said.reason.startswith("it was meant to be an error")


@pytest.mark.parametrize("check", [UNREADABLE_ERROR, FOREIGN_READS_ERROR])
def test_what_makes_it_an_error_must_hold_first(check):
    """A route that lets in without a token, a dead upstream that lives: told once, and elsewhere."""
    environment = stack(dead=True, front=True)
    own = OUTAGE_UNREADABLE if check is UNREADABLE_ERROR else check
    assert (DEAD_MISANSWERED, "load-balancer") in own.requires(environment, "5xx at load-balancer")
    for target, root in (
        ("401 at /clinics", (NOT_REQUIRED, "/clinics")),
        ("5xx at kong-1", (DEAD_MISANSWERED, "kong-1-proxy")),
    ):
        assert root in check.requires(environment, target)


def test_a_front_without_a_dead_route_is_skipped_by_its_key():
    whole = stack(dead=True, front=True)
    assert OUTAGE_UNREADABLE.targets(whole) == ("5xx at load-balancer",)
    assert "5xx at load-balancer" not in UNREADABLE_ERROR.targets(whole)
    front = whole.load_balancer.model_copy(update={"dead_upstream": None})
    without = whole.model_copy(update={"load_balancer": front})
    assert OUTAGE_UNREADABLE.targets(without) == NotDeclared("load_balancer.dead_upstream")
    assert OUTAGE_UNREADABLE.targets(stack()) == NotDeclared("load_balancer")


def test_foreign_pages_ask_without_a_token_too_and_seldom():
    environment = stack()
    denied = [target for target in FOREIGN_READS_ERROR.targets(environment) if target.startswith("401 ")]
    assert denied == ["401 at /clinics", "401 at /a", "401 at /b"], "one for each plugin, three at most"
    (request,) = FOREIGN_READS_ERROR.observes(environment, "401 at /clinics")
    assert dict(request.headers)["Origin"] == EVIL
    assert request.bearer is None
    assert request.client == "cors"
    assert (FOREIGN_READS, "/clinics") in FOREIGN_READS_ERROR.requires(environment, "401 at /clinics")


def transformer(rules, where=""):
    return f"- name: response-transformer\n  {where}\n  config: {{{rules}}}\n"


def told(check, file):
    """What a check makes of Kong's own 502 where no dead route is declared."""
    environment = Modelled(file).environment
    assert check.observes(environment, "5xx at kong-1") == ()
    return check.judge((), check.expects(environment, "5xx at kong-1"))


@pytest.mark.parametrize("check", [UNREADABLE_ERROR, FOREIGN_READS_ERROR])
def test_without_a_dead_route_the_file_tells_what_kongs_own_errors_say(check):
    environment = Modelled().environment
    assert "5xx at kong-1" in check.targets(environment)
    assert told(check, file_of()) == []
    assert not {(WIDER, "app"), (NARROWER, "app")} & set(check.requires(environment, "5xx at kong-1"))
    narrow = Modelled(file_of("origins: [https://other.example], credentials: true")).environment
    assert {(WIDER, "app"), (NARROWER, "app")} <= set(check.requires(narrow, "5xx at kong-1"))
    answers = UNREADABLE if check is UNREADABLE_ERROR else FOREIGN_READS
    assert (answers, "/clinics") in check.requires(environment, "5xx at kong-1")


def test_kongs_own_errors_without_credentials_are_told_with_their_line():
    file = file_of(more=transformer("remove: {headers: [Access-Control-Allow-Credentials]}"))
    finding = only(told(UNREADABLE_ERROR, file))
    assert finding.observed.startswith("by the configuration of /clinics and 1 more route, a 502, 503 or 504")
    assert "no Access-Control-Allow-Credentials" in finding.observed
    assert finding.cause == f"kong.yml:{len(file.splitlines())}"


def test_each_of_the_policys_routes_is_told_by_its_own_plugins():
    service = 'plugins: [{name: response-transformer, config: {append: {headers: ["%s:*"]}}}]'
    finding = only(told(UNREADABLE_ERROR, file_of(users=service % "Access-Control-Allow-Origin")))
    assert finding.observed.startswith("by the configuration of /users, ")
    assert "accept from no page" in finding.observed


def test_kongs_own_errors_that_any_page_may_read_are_told():
    expression = CORS.replace('"https://app.example"', r"'https://app\.example'")
    file = file_of(expression, more=transformer('add: {headers: ["Access-Control-Allow-Origin:*"]}'))
    assert told(UNREADABLE_ERROR, file) == []
    assert "any page on https://evil.example may read" in only(told(FOREIGN_READS_ERROR, file)).observed


def test_what_unknown_plugins_do_is_not_told():
    said = told(UNREADABLE_ERROR, file_of(more='- {name: post-function, config: {log: ["return"]}}\n'))
    assert isinstance(said, Inconclusive)
    assert "post-function" in said.reason


def test_a_declared_dead_route_is_asked_instead():
    (request,) = UNREADABLE_ERROR.observes(stack(dead=True), "5xx at kong-1")
    assert request.target == "/dead"
    assert errors(stack(dead=True))["5xx at kong-1"].policy == ""


def test_without_a_file_the_admin_api_is_asked():
    observed = UNREADABLE_ERROR.observes(stack(file=""), "5xx at kong-1")
    assert {one.path for one in observed} >= {"/routes", "/plugins"}
