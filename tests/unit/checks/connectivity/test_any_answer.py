"""What holds for every check: what decides nothing, what is no answer, and what a finding says of one."""

from __future__ import annotations

import pytest

from atalaia.checks.check import Inconclusive
from atalaia.exchange.exchange import Certificate, Connection
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.systems.redis.session import RedisSession
from tests.support.imagined import NO_SERVER, PROXIED, REFUSED, answer
from tests.unit.checks.connectivity.judging import (
    BAD_UPSTREAM,
    BUSY,
    NO_ROUTE,
    NO_SOURCE,
    UP,
    exchange,
    judge,
    only,
    why,
)

HTTP_CHECKS = [
    ("service.unhealthy", "auth-service", 1, Hop.SERVICE),
    ("service.unhealthy-through-gateway", "auth-service via kong-1", 1, Hop.GATEWAY),
    ("service.unhealthy-through-load-balancer", "auth-service", 1, Hop.LOAD_BALANCER),
    ("gateway.admin-unusable", "kong-1", 1, Hop.GATEWAY),
    ("gateway.not-ready", "kong-1", 1, Hop.GATEWAY),
    ("load-balancer.stats-unreadable", "load-balancer-stats", 1, Hop.LOAD_BALANCER),
    ("load-balancer.stats-open", "load-balancer-stats", 1, Hop.LOAD_BALANCER),
    ("load-balancer.path-misrouted", "/api", 1, Hop.LOAD_BALANCER),
    ("exposure.admin-api", "load-balancer", 7, Hop.LOAD_BALANCER),
    ("exposure.stats", "load-balancer", 7, Hop.LOAD_BALANCER),
    ("exposure.prometheus", "load-balancer", 7, Hop.LOAD_BALANCER),
    ("monitoring.not-ready", "prometheus", 1, Hop.MONITORING),
]


@pytest.mark.parametrize(("check_id", "target", "count", "hop"), HTTP_CHECKS)
@pytest.mark.parametrize("got", [BUSY, NO_SOURCE], ids=["limited", "no source address"])
def test_a_limiter_and_an_unusable_address_decide_nothing(check_id, target, count, hop, got):
    assert isinstance(judge(check_id, target, *[exchange(got, hop)] * count), Inconclusive)


@pytest.mark.parametrize(
    ("check_id", "seen"),
    [
        ("tcp.unreachable", Connection(failure=NO_SOURCE)),
        ("tls.no-handshake", Certificate(failure=NO_SOURCE)),
        ("redis.login-refused", RedisSession(failure=NO_SOURCE)),
    ],
)
def test_an_unusable_address_is_no_fault_of_the_stack(check_id, seen):
    target = {"redis.login-refused": "redis"}.get(check_id, "load-balancer-tls")
    assert "127.9.9.9" in why(judge(check_id, target, seen))


BAD_BODIES = [b"", b"<html>hello</html>", b'{"status":"U', b"[]", b"null", b"\xff\xfe\x00", b"[" * 5000]


@pytest.mark.parametrize("body", BAD_BODIES, ids=repr)
@pytest.mark.parametrize(
    ("check_id", "target"),
    [("gateway.admin-unusable", "kong-1"), ("load-balancer.stats-unreadable", "load-balancer-stats"),
     ("monitoring.not-ready", "grafana"), ("monitoring.not-ready", "prometheus")],
)  # fmt: skip
def test_a_document_that_is_none_is_a_finding(check_id, target, body):
    finding = only(judge(check_id, target, exchange(Response(status=200, body=body))))
    assert "200" in finding.observed


@pytest.mark.parametrize("body", [b"<html>hello</html>", b'{"status":"U', b"[" * 5000], ids=repr)
def test_a_page_or_broken_json_is_no_health_document(body):
    assert only(judge("service.unhealthy", "auth-service", exchange(Response(status=200, body=body))))


def test_a_half_answer_is_no_answer():
    half = exchange(answer(200, UP)).model_copy(
        update={"failure": Failure(reason=Reason.RESET, detail="cut")}
    )
    finding = only(judge("service.unhealthy", "auth-service", half))
    assert finding.observed == "no whole answer: reset: cut"


@pytest.mark.parametrize(
    ("got", "hop", "observed"),
    [
        (NO_ROUTE, "gateway", "Kong answered 404: "),
        (BAD_UPSTREAM, "gateway", "Kong answered 502: "),
        (
            answer(500, "oops", X_Service="auth-service", **PROXIED),
            "service",
            "the service answered 500: oops",
        ),
        (NO_SERVER, "load balancer", "HAProxy answered 503: "),
        (REFUSED, "load balancer", "no answer: refused: connection refused"),
    ],
)
def test_a_finding_names_the_hop_that_answered(got, hop, observed):
    finding = only(
        judge("service.unhealthy-through-load-balancer", "auth-service", exchange(got, Hop.LOAD_BALANCER))
    )
    assert finding.hop == hop
    assert finding.observed.startswith(observed)


@pytest.mark.parametrize(
    ("got", "observed"),
    [
        (NO_ROUTE, "Kong answered 404: no Route matched with those values"),
        (NO_SERVER, "HAProxy answered 503: 503 Service Unavailable"),
        (answer(500, "<html><style>p {}</style>\n<p>oops</p>", Date="now"), "somebody answered 500: oops"),
        (answer(500, '{"error": "oops"}', Date="now"), 'somebody answered 500: {"error": "oops"}'),
        (answer(500, "", Date="now"), "somebody answered 500 with an empty body"),
    ],
)
def test_a_finding_tells_what_the_body_says(got, observed):
    check = "service.unhealthy-through-load-balancer"
    assert only(judge(check, "auth-service", exchange(got, Hop.LOAD_BALANCER))).observed == observed
