"""Judges of headers: what fails, what passes, what decides nothing, and where it is looked at."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atalaia.checks.catalogue import by_id
from atalaia.checks.check import Finding, Inconclusive, NotDeclared, Verdict
from atalaia.checks.headers import conflicts, cookies, fingerprint
from atalaia.checks.headers.places import places
from atalaia.checks.headers.profiles import BUILT_IN
from atalaia.checks.headers.provoked import denials, errors
from atalaia.environment import Effect, Environment
from atalaia.environment.gateway_file import GatewayFile
from atalaia.exchange.answering import answered_by
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.run.case import Cases
from atalaia.systems.limiter.model import LimiterSeen
from sandbox.standins.services.helmet import HELMET
from tests.support.imagined import KONG, STACK, environment

LOGIN = {"method": "POST", "path": "/api/v1/auth/login", "json": {"user": "u"}}
ROUTES: dict[str, Any] = {
    "route_classes": {
        "auth": {"limit": {"minute": 5}, "headers": "api"},
        "api": {"limit": {"minute": 100}, "headers": "api", "authentication": "jwt"},
        "plain": {},
    },
    "routes": [
        {"path": "/api/v1/auth", "service": "auth-service", "class": "auth", "sample": LOGIN},
        {"path": "/api/v1/user", "service": "user-service", "class": "api"},
        {"path": "/api/v1/user/more", "service": "user-service", "class": "api"},
        {"path": "/api/v1/plain", "service": "user-service", "class": "plain"},
    ],
    "authentication": {"jwt": {"secret": "a-signing-secret", "login": LOGIN}},
}


def stack(**changes: Any) -> Environment:
    return environment(**(ROUTES | changes))


def exchange(response: Response | Failure, hop: Hop = Hop.GATEWAY, url: str = "http://x.test/") -> Exchange:
    got = response if isinstance(response, Response) else None
    return Exchange(
        method="GET",
        url=url,
        request_id="1",
        response=got,
        failure=None if got else response,
        answered_by=answered_by(hop, got) if got else Hop.UNKNOWN,
        elapsed=0.01,
    )


def answer(status: int = 200, *more: tuple[str, str], without: str = "", body: bytes = b"{}") -> Response:
    kept = tuple((name, value) for name, value in HELMET if name != without)
    return Response(status=status, headers=(*kept, *more), body=body)


def judge(check_id: str, target: str, *seen: Any, of: Environment | None = None) -> Verdict:
    of = of or stack()
    check = by_id(check_id)
    return check.judge(seen, check.expects(of, target))


def only(verdict: Verdict) -> Finding:
    assert isinstance(verdict, list)
    (finding,) = verdict
    return finding


USERS, FRONT = "/api/v1/user", "/api/v1/user via load-balancer-tls"
HEADER_CHECKS = [
    "headers.missing", "headers.weak", "headers.policy-mistaken", "headers.policy-permissive",
    "headers.conflicting", "headers.telling", "headers.cookie-unprotected", "headers.uncompressed",
]  # fmt: skip


@pytest.mark.parametrize("check_id", HEADER_CHECKS)
@pytest.mark.parametrize(
    "got",
    [
        answer(429),
        Failure(reason=Reason.TIMEOUT, detail="5 s"),
        Failure(reason=Reason.STALLED, detail="busy"),
    ],
    ids=["limited", "timeout", "stalled"],
)
def test_no_answer_and_a_limiters_decide_nothing(check_id, got):
    assert isinstance(judge(check_id, USERS, exchange(got)), Inconclusive)


@pytest.mark.parametrize("check_id", HEADER_CHECKS)
def test_helmets_headers_pass(check_id):
    assert judge(check_id, USERS, exchange(answer())) == []


def test_places_are_every_route_with_a_profile_and_a_few_of_them_at_the_front():
    assert list(places(stack())) == [
        "/api/v1/auth",
        "/api/v1/user",
        "/api/v1/user/more",
        "/api/v1/auth at kong-2",
        "/api/v1/user at kong-2",
        "/api/v1/auth via load-balancer-tls",
        "/api/v1/user via load-balancer-tls",
        "/api/v1/auth via load-balancer",
    ]


def test_what_is_wrong_everywhere_alike_is_told_once():
    of = places(stack())
    assert of["/api/v1/user"].like == "/api/v1/auth"
    assert of["/api/v1/auth at kong-2"].like == "/api/v1/auth"
    assert of["/api/v1/user at kong-2"].like == "/api/v1/auth at kong-2"
    assert of["/api/v1/user at kong-2"].behind == ("/api/v1/user",)
    assert of[FRONT].behind == ("/api/v1/user", "/api/v1/auth at kong-2", "/api/v1/user at kong-2")
    assert of["/api/v1/auth via load-balancer"].like == "/api/v1/auth via load-balancer-tls"
    missing = by_id("headers.missing")
    needs = missing.alike(stack(), "/api/v1/auth via load-balancer")
    assert {(missing, "/api/v1/auth"), (missing, "/api/v1/auth via load-balancer-tls")} <= set(needs)


def test_other_nodes_and_fronts_are_asked_as_a_client_of_its_own():
    asked = [by_id("headers.missing").observes(stack(), name)[0] for name in places(stack())]
    assert {one.client for one in asked} == {"", "headers"}
    assert [one.url.host for one in asked if one.client] == [
        "kong-2.test", "kong-2.test", "front.test", "front.test", "front.test",
    ]  # fmt: skip


def test_a_plain_front_that_leads_to_tls_has_nothing_to_protect():
    moved = Response(status=301, headers=(("Location", "https://front.test/api/v1/auth"),))
    plain = "/api/v1/auth via load-balancer"
    assert judge("headers.missing", plain, exchange(moved, Hop.LOAD_BALANCER)) == []
    assert judge("headers.missing", plain, exchange(Response(status=200), Hop.LOAD_BALANCER))
    assert judge("headers.missing", FRONT, exchange(moved, Hop.LOAD_BALANCER))
    assert judge("headers.missing", USERS, exchange(moved))


def test_where_the_front_adds_the_headers_each_route_is_looked_at_there_only():
    of = stack(
        header_profiles={"edge": {"extends": "api", "hop": "load-balancer"}},
        route_classes=ROUTES["route_classes"] | {"plain": {"headers": "edge"}},
    )
    assert "/api/v1/plain" not in places(of)
    assert "/api/v1/plain via load-balancer-tls" in places(of)


def test_outside_the_sandbox_a_sample_that_may_be_sent_goes_through_the_front():
    of = stack(safety="staging", route_classes={"api": {"headers": "api"}}, routes=[
        {"path": "/a", "service": "user-service", "class": "api", "sample": {"method": "POST"}},
        {"path": "/b", "service": "user-service", "class": "api"},
    ])  # fmt: skip
    assert [name for name, one in places(of).items() if one.at_front] == [
        "/b via load-balancer-tls",
        "/b via load-balancer",
    ]


def test_without_a_profile_or_a_gateway_nothing_is_declared():
    for of in (stack(routes=[ROUTES["routes"][3]]), stack(gateway=None, routes=[])):
        for check_id in HEADER_CHECKS:
            assert isinstance(by_id(check_id).targets(of), NotDeclared)


def test_what_is_missing_is_named_with_what_is_wanted_and_where():
    finding = only(judge("headers.missing", USERS, exchange(answer(without="X-Content-Type-Options"))))
    assert finding == Finding(
        expected="X-Content-Type-Options: nosniff", observed="no X-Content-Type-Options", hop="gateway"
    )
    front = exchange(answer(without="Strict-Transport-Security"), Hop.LOAD_BALANCER, "https://x.test/")
    assert only(judge("headers.missing", FRONT, front)).hop == "load balancer"
    assert judge("headers.missing", USERS, front) == [], "over plain HTTP it must not be there"


def test_a_weak_value_is_shown():
    got = answer(200, ("Referrer-Policy", "unsafe-url"), without="Referrer-Policy")
    assert only(judge("headers.weak", USERS, exchange(got))).observed == (
        "Referrer-Policy: unsafe-url (unsafe-url tells other sites the address)"
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("X-Frame-Options", "SAMEORIGIN"), "X-Frame-Options 2 times, each SAMEORIGIN"),
        (("X-Frame-Options", "DENY"), "X-Frame-Options 2 times, differently: SAMEORIGIN / DENY"),
        (("content-security-policy", dict(HELMET)["Content-Security-Policy"]), "the same Content-Security"),
    ],
)
def test_what_comes_twice_is_a_conflict(more, said):
    assert said in only(judge("headers.conflicting", USERS, exchange(answer(200, more)))).observed


def test_two_different_policies_are_none():
    got = answer(200, ("Content-Security-Policy", "default-src 'none'"))
    assert list(conflicts.conflicts(got)) == []


def test_a_frame_option_that_is_stricter_than_what_counts_is_one():
    got = answer(200, ("X-Frame-Options", "DENY"), without="X-Frame-Options")
    (fault,) = conflicts.conflicts(got)
    assert fault.observed == "X-Frame-Options: DENY beside frame-ancestors 'self', which is what counts"


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (("X-Powered-By", "Express"), True),
        (("Server", "nginx/1.25.1"), True),
        (("Server", "nginx"), False),
        (("Server", "kong/3.4.2"), False),
        (("Via", "kong/3.4.2"), False),
    ],
)
def test_products_and_versions_are_told_and_kongs_own_marks_are_not(header, told):
    assert bool(list(fingerprint.tells(BUILT_IN["api"], answer(200, header)))) is told


def test_a_profile_may_forbid_kongs_marks_too():
    of = stack(header_profiles={"api": {"forbid": ["X-Kong-*", "Via"]}})
    got = answer(200, ("X-Kong-Proxy-Latency", "1"), ("Via", "kong/3.4.2"))
    verdict = judge("headers.telling", FRONT, exchange(got, Hop.LOAD_BALANCER), of=of)
    assert len(verdict) == 2


@pytest.mark.parametrize(
    ("cookie", "said"),
    [
        ("sid=x; Secure; HttpOnly; SameSite=Lax", []),
        ("__Host-sid=x; Path=/; Secure; HttpOnly; SameSite=Strict", []),
        ("XSRF-TOKEN=x; Secure; SameSite=Lax", []),
        ("sid=x", ["without Secure", "without HttpOnly", "without SameSite"]),
        ("sid=x; Secure; HttpOnly; SameSite=Maybe", ["SameSite=maybe"]),
        ("sid=x; HttpOnly; SameSite=None", ["without Secure", "SameSite=None without Secure"]),
        ("__Host-sid=x; Path=/a; Secure; HttpOnly; SameSite=Lax", ["__Host- cookie that browsers refuse"]),
        ("__Host-sid=x; Path=/; Domain=a.example; Secure; HttpOnly; SameSite=Lax", ["browsers refuse"]),
        ("__Secure-sid=x; HttpOnly; SameSite=Lax", ["without Secure", "__Secure- cookie that browsers"]),
    ],
)
def test_a_cookies_attributes_are_read_as_browsers_do(cookie, said):
    found = [problem for _, problem in cookies.faults(cookies.parse(cookie))]
    assert len(found) == len(said)
    assert all(part in problem for part, problem in zip(said, found, strict=True))


def test_a_cookies_value_is_not_told():
    got = answer(200, ("Set-Cookie", "sid=very-secret; HttpOnly; SameSite=Lax"))
    finding = only(judge("headers.cookie-unprotected", USERS, exchange(got)))
    assert "sid" in finding.expected
    assert "very-secret" not in str(finding)


COMPRESSED = stack(header_profiles={"api": {"compression": True}})
LONG = b"x" * 1024


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (answer(body=LONG), "Content-Encoding: identity"),
        (answer(body=LONG[1:]), None),
        (answer(200, ("Content-Encoding", "gzip"), ("Vary", "Origin, Accept-Encoding"), body=LONG), None),
        (answer(200, ("Content-Encoding", "gzip"), ("Vary", "Origin"), body=LONG), "gzip, and Origin"),
        (answer(200, ("Content-Encoding", "br"), body=LONG), "br, and no Vary"),
    ],
)
def test_long_answers_are_compressed_and_caches_are_told(got, said):
    verdict = judge("headers.uncompressed", FRONT, exchange(got, Hop.LOAD_BALANCER), of=COMPRESSED)
    assert [finding.observed for finding in verdict] == ([said] if said else [])


def test_hsts_over_plain_http_is_found():
    at = "load-balancer"
    assert "max-age" in only(judge("headers.hsts-over-http", at, exchange(answer()))).observed
    assert judge("headers.hsts-over-http", at, exchange(answer(without="Strict-Transport-Security"))) == []


@pytest.mark.parametrize(
    ("url", "location", "said"),
    [
        ("https://a.test/x", "http://a.test/x", "from HTTPS back to HTTP"),
        ("https://a.test/x", "//b.test/x", None),
        ("https://a.test/x", "/y", None),
        ("http://a.test/x", "https://a.test/x", None),
        ("http://a.test/x", "/y", "and not to HTTPS"),
        ("http://a.test/x", "https://www.a.test/x", "to another host at once"),
        ("http://a.test/x", "https://user:pass@[::1", "to no address"),
    ],
)
def test_redirects_lead_to_https_on_the_same_host_first(url, location, said):
    got = exchange(answer(301, ("Location", location)), url=url)
    verdict = judge("headers.insecure-redirect", "load-balancer", got)
    assert [said in finding.observed for finding in verdict] == ([True] if said else [])
    assert "pass" not in str(verdict)


def test_errors_are_provoked_where_it_disturbs_nobody():
    assert list(errors(stack())) == [
        "401 at /api/v1/user",
        "401 at /api/v1/user/more",
        "401 at /api/v1/user at kong-2",
        "404 at kong-1",
        "404 at kong-2",
        "404 at load-balancer-tls",
        "own 404 at load-balancer-tls",
        "404 at load-balancer",
        "own 404 at load-balancer",
    ]
    assert errors(stack())["401 at /api/v1/user at kong-2"].firsts == ("401 at /api/v1/user",)
    assert errors(stack())["404 at kong-2"].firsts == ("404 at kong-1",)
    assert errors(stack())["404 at load-balancer"].firsts == (
        "404 at load-balancer-tls",
        "404 at kong-1",
        "404 at kong-2",
    )
    front = STACK["load_balancer"] | {"dead_upstream": "/dead"}
    dead = stack(gateway=STACK["gateway"] | {"dead_upstream": "/api/v1/dead"}, load_balancer=front)
    ends = ("kong-1", "kong-2", "load-balancer-tls", "load-balancer")
    assert {f"5xx at {end}" for end in ends} <= set(errors(dead))


def test_an_error_without_the_headers_is_told_with_the_hop_that_produced_it():
    bare = Response(status=404, headers=tuple((k.replace("_", "-"), v) for k, v in KONG.items()))
    verdict = judge("headers.missing-on-error", "404 at load-balancer-tls", exchange(bare, Hop.LOAD_BALANCER))
    assert {finding.hop for finding in verdict} == {"gateway"}
    assert verdict[0].expected == "X-Content-Type-Options: nosniff (on the 404)"
    assert len(verdict) == 4
    assert judge("headers.missing-on-error", "404 at kong-1", exchange(answer(404))) == []


def test_an_error_that_is_none_decides_nothing():
    verdict = judge("headers.missing-on-error", "404 at kong-1", exchange(answer(200)))
    assert isinstance(verdict, Inconclusive)
    assert "it was meant to be an error" in verdict.reason


def test_a_limiters_denial_is_an_error_like_others_and_costs_what_it_spends():
    assert list(denials(stack())) == [
        "429 at /api/v1/auth",
        "429 at /api/v1/user",
        "429 at /api/v1/user/more",
        "429 at load-balancer",
    ]
    target = "429 at /api/v1/auth"
    passed, denied = exchange(answer(200)), exchange(Response(status=429))
    verdict = judge("headers.missing-on-denial", target, LimiterSeen(steps=(passed, denied)))
    assert verdict[0].observed == "no X-Content-Type-Options"
    fine = LimiterSeen(steps=(passed, exchange(answer(429))))
    assert judge("headers.missing-on-denial", target, fine) == []
    assert isinstance(judge("headers.missing-on-denial", target, LimiterSeen(steps=(passed,))), Inconclusive)
    assert by_id("headers.missing-on-denial").effect is Effect.SPENDS


def file_of(plugins: str) -> str:
    paths = [route["path"] for route in ROUTES["routes"]]
    return (
        '_format_version: "3.0"\nservices:\n- name: users\n  url: http://user-service.test:3001\n'
        f"  routes:\n  - {{name: all, paths: {json.dumps(paths)}, strip_path: false}}\nplugins: [{plugins}]\n"
    )


ADDED = "X-Frame-Options:DENY, X-Content-Type-Options:nosniff, \"Content-Security-Policy:default-src 'none'\""


@pytest.mark.parametrize(
    ("plugins", "lacking"),
    [
        (f"{{name: response-transformer, config: {{add: {{headers: [{ADDED}]}}}}}}", set()),
        (
            f"{{name: response-transformer, config: {{replace: {{headers: [{ADDED}]}}}}}}",
            {"X-C", "X-F", "Con"},
        ),
        ("", {"X-C", "X-F", "Con"}),
    ],
    ids=["add", "replace only", "no plugin"],
)
def test_what_kongs_own_errors_will_lack_is_told_by_the_file(plugins, lacking):
    of = stack().completed(GatewayFile(file_of(plugins), "kong.yml"))
    verdict = judge("headers.own-errors-bare", USERS, of=of)
    assert {finding.expected[:3] for finding in verdict} == lacking
    assert all(finding.cause.startswith("kong.yml:") for finding in verdict) or "replace" not in plugins


def test_what_an_unknown_plugin_makes_of_headers_is_not_guessed():
    of = stack().completed(GatewayFile(file_of("{name: post-function, config: {}}"), "kong.yml"))
    verdict = judge("headers.own-errors-bare", USERS, of=of)
    assert isinstance(verdict, Inconclusive)
    assert "post-function" in verdict.reason


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "no Cache-Control"), ("private", "Cache-Control: private"), ("no-store", None)],
)
def test_no_cache_keeps_tokens(value, said):
    got = answer(200, *([("Cache-Control", value)] if value else []))
    verdict = judge("headers.tokens-cacheable", "jwt", exchange(got))
    assert [finding.observed for finding in verdict] == ([said] if said else [])


def test_the_login_is_sent_once_for_whoever_looks_at_it():
    cases = Cases(stack())
    keys = {
        case.observables[0].key
        for check_id in ("headers.tokens-cacheable", "headers.missing", "token.other-lifetime")
        for case in cases.of(by_id(check_id))
        if case.observables and case.target in {"jwt", "/api/v1/auth"}
    }
    assert len(keys) == 1
