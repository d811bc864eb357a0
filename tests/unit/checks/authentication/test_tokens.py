"""Judges of tokens: who must refuse, what a refusal says, how long tokens live, what the file says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from atalaia.checks.authentication.login import tokens
from atalaia.checks.catalogue import by_id
from atalaia.checks.check import Finding, Inconclusive, NotDeclared, Verdict
from atalaia.environment import Environment
from atalaia.environment.gateway_file import GatewayFile
from atalaia.exchange.answering import answered_by
from atalaia.exchange.bearer import Bearer, mint
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.exchange.scrub import scrub
from atalaia.redaction import MARK, Redactor
from atalaia.run.case import Cases
from atalaia.run.results import SkipKind
from tests.support.imagined import KONG, PROXIED, STACK, answer, environment

ROUTE = "/api/v1/user"
SECRET = "a-signing-secret-of-thirty-two-bytes"
LOGIN = {"method": "POST", "path": "/api/v1/auth/login", "json": {"user": "u"}}
SCHEME: dict[str, Any] = {
    "secret": SECRET, "tenant_claim": "clinic", "tenant_header": "X-Clinic-ID", "tenants": ["one", "two"],
    "access_token": "15m", "refresh_token": "7d", "login": LOGIN,
}  # fmt: skip


def stack(
    file: str | None = None, *, routes: Any = None, gateway: Any = None, more: Any = None, **scheme: Any
) -> Environment:
    declared = {name: value for name, value in (SCHEME | scheme).items() if value is not None}
    of = environment(
        routes=routes or [{"path": ROUTE, "service": "user-service", "class": "api"}],
        route_classes={"api": {"authentication": "jwt", "cors": "app"}},
        cors={"app": {"origins": ["https://app.example"]}},
        authentication={"jwt": declared},
        gateway=STACK["gateway"] | (gateway or {}),
        **(more or {}),
    )
    return of.completed(GatewayFile(file, "kong.yml")) if file else of


def exchange(got: Response | Failure) -> Exchange:
    response = got if isinstance(got, Response) else None
    return Exchange(
        method="GET",
        url=f"http://kong-1.test:8000{ROUTE}",
        request_id="1",
        response=response,
        failure=None if response else got,
        answered_by=answered_by(Hop.GATEWAY, response) if response else Hop.UNKNOWN,
        elapsed=0.01,
    )


def judge(check_id: str, *seen: Exchange, target: str = ROUTE, of: Environment | None = None) -> Verdict:
    check = by_id(check_id)
    return check.judge(seen, check.expects(of or stack(), target))


def only(verdict: Verdict) -> Finding:
    assert isinstance(verdict, list)
    (finding,) = verdict
    return finding


BY_KONG = exchange(answer(401, {"message": "Unauthorized"}, **KONG))
BY_SERVICE = exchange(answer(401, {"message": "no"}, X_Service="user-service", **PROXIED))
SERVED = exchange(answer(200, {"data": ["of a patient"]}, X_Service="user-service", **PROXIED))
DENIALS = [
    "token.not-required", "token.malformed-accepted", "token.forged-accepted", "token.unsigned-accepted",
    "token.expired-accepted",
]  # fmt: skip


@pytest.mark.parametrize("check_id", DENIALS)
def test_the_gateways_refusal_passes_and_nobody_elses(check_id):
    assert judge(check_id, BY_KONG) == []
    let_through = only(judge(check_id, BY_SERVICE))
    assert let_through.observed == "the service answered 401: the gateway let it pass"
    assert let_through.hop == "service"
    assert only(judge(check_id, SERVED)).observed == "the service answered 200: the gateway let it pass"


@pytest.mark.parametrize("check_id", DENIALS)
def test_where_the_services_refuse_a_gateway_that_does_is_a_contradiction(check_id):
    of = stack(hop="service")
    assert judge(check_id, BY_SERVICE, of=of) == []
    assert only(judge(check_id, BY_KONG, of=of)).expected.startswith("the service refuses")


@pytest.mark.parametrize("check_id", [*DENIALS, "token.other-tenant-accepted"])
@pytest.mark.parametrize(
    "got",
    [
        answer(429, "", **KONG),
        answer(401, {"message": "no"}, Date="now"),
        Failure(reason=Reason.TIMEOUT, detail="5 s"),
    ],
    ids=["limited", "nobody's marks", "timeout"],
)
def test_what_does_not_tell_who_refused_decides_nothing(check_id, got):
    assert isinstance(judge(check_id, exchange(got)), Inconclusive)


def test_kongs_own_failure_over_a_token_is_no_refusal():
    broken = exchange(answer(500, {"message": "An unexpected error occurred"}, **KONG))
    assert only(judge("token.malformed-accepted", broken)).observed == "the gateway answered 500"


def test_what_somebody_got_who_should_not_have_is_not_repeated():
    assert "patient" not in str(judge("token.not-required", SERVED))


def test_another_tenants_token_is_refused_by_the_service():
    refused = exchange(answer(403, {"message": "another"}, X_Service="user-service", **PROXIED))
    assert judge("token.other-tenant-accepted", refused) == []
    finding = only(judge("token.other-tenant-accepted", SERVED))
    assert "one's token with X-Clinic-ID: two" in finding.expected
    of = stack(tenant_hop="gateway")
    assert only(judge("token.other-tenant-accepted", refused, of=of)).observed.endswith("let it pass")


@pytest.mark.parametrize(
    ("scheme", "check_id", "what"),
    [
        ({"secret": None}, "token.forged-accepted", "authentication.jwt.secret"),
        ({"tenant_header": None}, "token.other-tenant-accepted", "tenant_header"),
        ({"tenants": ["one"]}, "token.other-tenant-accepted", "two tenants"),
        ({"hop": "service"}, "token.not-enforced", "hop: gateway"),
        ({"login": None}, "token.other-lifetime", "login"),
        ({"access_token": None, "refresh_token": None}, "token.other-lifetime", "access_token"),
        ({}, "token.challenge-missing", "gateway.version of 3.8 or later"),
    ],
)
def test_what_is_not_declared_is_told_by_its_key(scheme, check_id, what):
    found = by_id(check_id).targets(stack(**scheme))
    assert isinstance(found, NotDeclared)
    assert what in found.what


def test_without_a_secret_it_is_still_seen_whether_a_token_is_asked_for():
    assert by_id("token.not-required").targets(stack(secret=None)) == (ROUTE,)


def test_denied_requests_are_a_client_of_their_own_and_are_no_secret():
    cases = Cases(stack())
    for check_id in (*DENIALS, "token.other-tenant-accepted"):
        (case,) = cases.of(by_id(check_id))
        (request,) = case.observables
        assert request.client == "refused"
        assert SECRET not in request.key + repr(request)


def test_outside_the_sandbox_no_login_is_sent_that_nobody_declared_harmless():
    of = stack().model_copy(update={"safety": "staging"})
    (case,) = Cases(of).of(by_id("token.other-lifetime"))
    assert case.skip is not None
    assert case.skip.kind is SkipKind.NOT_ALLOWED


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (json.dumps({"stack": "Error: no\n    at verify (/app/src/auth.js:41:13)"}), "a stack trace"),
        ('Traceback (most recent call last):\n  File "app.py", line 3', "a stack trace"),
        ("java.lang.Exception\n\tat com.shop.Auth.check(Auth.java:41)", "a stack trace"),
        ("goroutine 17 [running]:", "a stack trace"),
        ("handler.lua:41: bad argument", "a stack trace"),
        (f"bad token eyJhbGciOiJIUzI1NiJ9.e30.{MARK}", "a token"),
        (f"not signed with {MARK}", "a secret of the environment"),
    ],
)
def test_a_refusal_that_shows_what_is_behind_it_is_told_and_not_repeated(body, what):
    leaking = exchange(answer(401, body, **KONG))
    findings = judge("token.refusal-leaks", BY_KONG, leaking)
    assert f"the body of the 401 shows {what}" in [finding.observed for finding in findings]
    assert not any(text in str(findings) for text in ("auth.js", "app.py", "eyJ"))


def test_a_refusal_in_plain_words_leaks_nothing():
    plain = exchange(
        answer(403, {"error": "Forbidden", "message": "looked at 10:41:13, ask at the desk"}, **KONG)
    )
    assert judge("token.refusal-leaks", BY_KONG, BY_SERVICE, plain) == []


@pytest.mark.parametrize(
    ("challenge", "good"),
    [
        ("Bearer", True),
        ('Basic realm="x", bearer error="invalid_token"', True),
        ("Basic", False),
        (None, False),
    ],
)
def test_a_401_names_the_scheme(challenge, good):
    of = stack(gateway={"version": "3.8"})
    got = answer(401, "", **KONG, **({"WWW_Authenticate": challenge} if challenge else {}))
    assert (judge("token.challenge-missing", exchange(got), of=of) == []) is good
    assert judge("token.challenge-missing", exchange(answer(403, "", **KONG)), of=of) == []


def token(seconds: float | None = 900, **claims: Any) -> str:
    made = Bearer(algorithm="HS256", secret=SECRET, claims=tuple(claims.items()), lifetime=seconds or 0)
    return mint(made)


def login(**document: Any) -> Exchange:
    """The login's answer as it is kept: without signatures, without the secrets of the environment."""
    kept = scrub(answer(200, document, X_Service="auth-service", **PROXIED))
    body = Redactor({SECRET, "the-issuer-is-secret-too"}).bytes(kept.body)
    return exchange(replace(kept, body=body))


def lifetimes(got: Exchange) -> Verdict:
    return judge("token.other-lifetime", got, target="jwt")


REFRESH = token(7 * 86400)


def test_tokens_that_live_as_long_as_declared_pass():
    assert lifetimes(login(accessToken=token(), refreshToken=REFRESH)) == []
    assert lifetimes(login(data={"tokens": [{"access_token": token()}, {"refresh_token": REFRESH}]})) == []


def test_a_claim_that_is_a_secret_elsewhere_does_not_hide_the_lifetime():
    for issuer in ("the-issuer-is-secret-too", "a-the-issuer-is-secret-too", "ab-the-issuer-is-secret-too"):
        got = login(accessToken=token(iss=issuer), refreshToken=REFRESH)
        assert MARK.encode() in got.response.body
        assert lifetimes(got) == []


def test_tokens_that_live_longer_or_shorter_are_found():
    longer = only(lifetimes(login(accessToken=token(86400), refreshToken=REFRESH)))
    assert (longer.expected, longer.observed) == ("access token good for 15m", "accessToken: 1d")
    assert only(lifetimes(login(accessToken=token(), refreshToken=token(60)))).observed == "refreshToken: 1m"


def test_a_login_that_gives_no_tokens_or_fails():
    assert "no refresh token" in lifetimes(login(accessToken=token())).reason
    assert "no access token" in lifetimes(login(session="abc")).reason
    refused = exchange(answer(401, {"message": "invalid credentials"}, X_Service="auth-service", **PROXIED))
    assert "401" in only(lifetimes(refused)).observed


def test_what_is_kept_of_a_login_opens_nothing():
    access = token()
    got = login(accessToken=access, refreshToken=REFRESH)
    assert access.rpartition(".")[2].encode() not in got.response.body
    assert [issued.name for issued in tokens(got.response)] == ["accessToken", "refreshToken"]


PLUGIN = "uri_param_names: [], cookie_names: [], claims_to_verify: [exp]"


def file_of(route: str = f"plugins: [{{name: jwt, config: {{{PLUGIN}}}}}]", more: str = "") -> str:
    return f"""\
_format_version: "3.0"
services:
- name: users
  url: http://user-service.test:3001
  routes:
  - name: users
    paths: [{ROUTE}]
    strip_path: false
    {route}
{more}
consumers:
- {{username: nobody}}
plugins:
- {{name: cors, config: {{origins: ["https://app.example"]}}}}
"""


def of_file(check_id: str, file: str, **declared: Any) -> Verdict:
    return judge(check_id, of=stack(file, **declared))


FILE_CHECKS = [
    "token.not-enforced", "token.anonymous-let-in", "token.expiry-unverified", "token.taken-elsewhere",
    "token.preflight-refused",
]  # fmt: skip


@pytest.mark.parametrize("check_id", FILE_CHECKS)
def test_a_strict_plugin_passes(check_id):
    assert of_file(check_id, file_of()) == []


@pytest.mark.parametrize(
    ("check_id", "route", "observed"),
    [
        ("token.not-enforced", "", "route users takes it, and no plugin there asks for a token"),
        ("token.not-enforced", "plugins: [{name: jwt, enabled: false}]", "its jwt plugin is disabled"),
        (
            "token.anonymous-let-in",
            "plugins: [{name: jwt, config: {anonymous: nobody}}]",
            "an anonymous consumer",
        ),
        ("token.expiry-unverified", "plugins: [{name: jwt}]", "exp is not verified"),
        (
            "token.taken-elsewhere",
            "plugins: [{name: jwt, config: {cookie_names: []}}]",
            "the URL, which logs keep",
        ),
        (
            "token.taken-elsewhere",
            "plugins: [{name: jwt, config: {uri_param_names: [], cookie_names: [sid]}}]",
            "a cookie, too: sid",
        ),
        (
            "token.preflight-refused",
            f"plugins: [{{name: jwt, config: {{{PLUGIN}}}}}, "
            "{name: cors, config: {preflight_continue: true}}]",
            "its cors plugin passes preflights on",
        ),
    ],
)
def test_what_the_file_leaves_open_is_told_with_its_line(check_id, route, observed):
    finding = only(of_file(check_id, file_of(route)))
    assert observed in finding.observed
    assert finding.cause.startswith("kong.yml:")
    assert finding.hop == "gateway"


def test_a_method_or_a_path_below_that_another_route_takes_is_found():
    way = f"  - {{name: open, paths: [{ROUTE}], methods: [DELETE], strip_path: false}}"
    assert (
        only(of_file("token.not-enforced", file_of(more=way))).expected == f"DELETE {ROUTE} asks for a token"
    )
    below = f"  - {{name: open, paths: [{ROUTE}/], strip_path: false}}"
    assert only(of_file("token.not-enforced", file_of(more=below))).expected.startswith(f"GET {ROUTE}/1 asks")


def test_what_is_declared_as_open_below_a_protected_route_is_no_hole():
    declared = [
        {"path": ROUTE, "service": "user-service", "class": "api"},
        {"path": f"{ROUTE}/1", "service": "user-service"},
    ]
    below = f"  - {{name: open, paths: [{ROUTE}/1], strip_path: false}}"
    assert of_file("token.not-enforced", file_of(more=below), routes=declared) == []


def test_another_plugin_that_asks_who_somebody_is_will_do():
    assert of_file("token.not-enforced", file_of("plugins: [{name: key-auth}]")) == []
