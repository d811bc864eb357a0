"""Judges at the edges: what decides nothing, what is just within, and the words of a finding."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from atalaia.checks.catalogue import by_id
from atalaia.checks.check import Check, Finding, Inconclusive, Verdict
from atalaia.exchange.answering import answered_by
from atalaia.exchange.exchange import Certificate, Connection, Exchange, Exchanges
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.systems.postgres.session import PostgresSession
from atalaia.systems.redis.session import RedisSession
from tests.support.imagined import ADMIN, KONG, NO_SERVER, PROXIED, REFUSED, answer, environment

DATA = Path(__file__).parents[2] / "data" / "haproxy"
STACK = environment()
BUSY = answer(429, "<html><body><h1>429 Too Many Requests</h1>\n")
NO_SOURCE = Failure(reason=Reason.SOURCE, detail="127.9.9.9: cannot assign requested address")
NO_ROUTE = answer(404, {"message": "no Route matched with those values"}, **KONG)
BAD_UPSTREAM = answer(
    502, {"message": "An invalid response was received from the upstream server"}, **PROXIED
)
UP = {"status": "UP", "service": "auth-service", "version": "1.0.0"}


def exchange(got: Response | Failure, hop: Hop = Hop.SERVICE, elapsed: float = 0.01) -> Exchange:
    response = got if isinstance(got, Response) else None
    return Exchange(
        method="GET",
        url="http://x.test/health",
        request_id="1",
        response=response,
        failure=None if response else got,
        answered_by=answered_by(hop, response) if response else Hop.UNKNOWN,
        elapsed=elapsed,
    )


def judge(check_id: str, target: str, *seen: Any, declared: Any = STACK) -> Verdict:
    check: Check = by_id(check_id)
    return check.judge(seen, check.expects(declared, target))


def only(verdict: Verdict) -> Finding:
    assert isinstance(verdict, list)
    (finding,) = verdict
    return finding


def why(verdict: Verdict) -> str:
    assert isinstance(verdict, Inconclusive)
    return verdict.reason


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


def samples(*elapsed: float | None) -> Exchanges:
    return Exchanges(
        steps=tuple(exchange(answer(200, UP) if s else REFUSED, elapsed=s or 0.001) for s in elapsed)
    )


def test_the_median_decides_so_one_slow_answer_of_three_does_not_fail():
    assert judge("service.slow", "auth-service", samples(0.01, 0.9, 0.02)) == []
    assert judge("service.slow", "auth-service", samples(0.2, 0.2, 0.2)) == []
    finding = only(judge("service.slow", "auth-service", samples(0.3, 0.25, 0.01)))
    assert (finding.expected, finding.observed) == (
        "its health document within 200 ms",
        "a median of 250 ms over 3",
    )


def test_a_quick_refusal_is_not_a_fast_answer():
    finding = only(judge("service.slow", "auth-service", samples(0.01, None, None)))
    assert finding.observed == "no answer: refused: connection refused in 2 of 3"


def ways(direct: Response, *through: Response) -> Verdict:
    hops = (Hop.GATEWAY, Hop.GATEWAY, Hop.LOAD_BALANCER)
    seen = [exchange(direct), *(exchange(r, hop) for r, hop in zip(through, hops, strict=True))]
    return judge("service.answered-by-another", "auth-service", *seen)


AUTH = answer(200, UP, X_Service="auth-service")


def test_the_way_that_leads_elsewhere_is_named():
    other = answer(200, {"status": "UP"}, X_Service="user-service")
    finding = only(ways(AUTH, AUTH, other, AUTH))
    assert finding.hop == "gateway"
    assert finding.observed == "kong-2 leads to X-Service user-service, not auth-service"


def test_another_version_and_another_status_are_other_answers():
    assert (
        "version 0.9.0, not 1.0.0"
        in only(ways(AUTH, AUTH, AUTH, answer(200, UP | {"version": "0.9.0"}))).observed
    )
    assert (
        "status 204, not 200"
        in only(ways(AUTH, AUTH, AUTH, answer(204, "", X_Service="auth-service"))).observed
    )


def test_a_service_that_names_itself_otherwise_is_found_where_it_is_asked_directly():
    wrong = answer(200, UP, X_Service="user-service")
    assert only(ways(wrong, AUTH, AUTH, AUTH)).hop == "service"


def test_the_body_tells_where_the_edge_hides_headers():
    assert ways(AUTH, AUTH, AUTH, answer(200, UP)) == []
    assert only(ways(AUTH, AUTH, AUTH, answer(200, UP | {"service": "user-service"}))).hop == "load balancer"


def test_answers_without_any_mark_prove_nothing():
    silent = answer(200, {"status": "UP"})
    assert "kong-1, kong-2, load-balancer" in why(ways(silent, silent, silent, silent))
    assert ways(silent, AUTH, AUTH, AUTH) == []


def admin(**document: Any) -> Exchange:
    return exchange(answer(200, {"server": {"total_requests": 1}} | document, **ADMIN), Hop.GATEWAY)


ROUTES = exchange(answer(200, {"data": [{"id": "1"}], "next": None}, **ADMIN), Hop.GATEWAY)
NO_ROUTES = exchange(answer(200, {"data": [], "next": None}, **ADMIN), Hop.GATEWAY)


def test_kong_says_200_even_without_its_database():
    finding = only(judge("gateway.admin-unusable", "kong-1", admin(database={"reachable": False})))
    assert finding.observed == "database.reachable: false"


def test_a_node_without_configuration_or_without_routes_is_empty():
    assert judge("gateway.empty-configuration", "kong-1", admin(configuration_hash="a1"), ROUTES) == []
    assert judge("gateway.empty-configuration", "kong-1", admin(database={"reachable": True}), ROUTES) == []
    zeros = only(
        judge("gateway.empty-configuration", "kong-1", admin(configuration_hash="0" * 32), NO_ROUTES)
    )
    assert "no configuration at all" in zeros.observed
    for status in (admin(configuration_hash="a1"), admin(database={"reachable": True})):
        assert only(judge("gateway.empty-configuration", "kong-1", status, NO_ROUTES)).observed == "no route"
    unread = exchange(answer(500, "oops"), Hop.GATEWAY)
    assert "cannot be read" in why(
        judge("gateway.empty-configuration", "kong-1", admin(configuration_hash="a1"), unread)
    )


def test_nodes_are_compared_by_their_hash():
    one, other = admin(configuration_hash="a1"), admin(configuration_hash="b2")
    assert judge("gateway.nodes-differ", "gateway", one, one) == []
    assert only(judge("gateway.nodes-differ", "gateway", one, other)).observed == "kong-1 a1, kong-2 b2"
    shared = admin(database={"reachable": True})
    assert judge("gateway.nodes-differ", "gateway", shared, shared) == []
    assert (
        only(judge("gateway.nodes-differ", "gateway", one, shared)).observed == "kong-1 a1, kong-2 a database"
    )


def statistics(name: str = "mixed.csv", **replaced: str) -> Exchange:
    text = (DATA / name).read_text()
    for old, new in replaced.items():
        text = text.replace(old.replace("_", "-"), new)
    return exchange(answer(200, text), Hop.LOAD_BALANCER)


def balanced(backend: str, *servers: str) -> Any:
    return environment(
        load_balancer={
            "url": "http://front.test:80",
            "stats": {"url": "http://front.test:8404/stats"},
            "backends": {backend: {"servers": list(servers), "paths": ["/api"], "balance": "roundrobin"}},
        }
    )


def test_statistics_are_refused_only_where_a_refusal_was_seen():
    """No answer is none, and half a page of statistics is one."""

    def openness(got: Exchange) -> Verdict:
        return judge("load-balancer.stats-open", "load-balancer-stats", got)

    assert openness(exchange(answer(401, ""), Hop.LOAD_BALANCER)) == []
    assert "without credentials there was no answer" in why(openness(exchange(REFUSED, Hop.LOAD_BALANCER)))
    cut = {"failure": Failure(reason=Reason.RESET, detail="cut")}
    assert only(openness(statistics().model_copy(update=cut))).observed == "200 and the statistics"


@pytest.mark.parametrize(
    ("check_id", "target", "observed"),
    [
        ("load-balancer.server-down", "auth_service/auth-service", "status DOWN (L4CON Connection refused)"),
        ("load-balancer.server-down", "auth_service/drained", "status MAINT"),
        ("load-balancer.server-down", "auth_service/gone", "the backend has auth-service, drained, half"),
        ("load-balancer.server-down", "nowhere/gone", "the backend has no server"),
        ("load-balancer.server-unchecked", "unchecked/plain",
         "status “no check”: HAProxy would send requests to a dead server"),
        ("load-balancer.check-below-layer-7", "tcp_only/l4",
         "L4OK: the check is content with a TCP connection"),
    ],
)  # fmt: skip
def test_a_real_haproxys_words_on_its_servers(check_id, target, observed):
    assert only(judge(check_id, target, statistics())).observed == observed


def test_a_real_haproxys_flapping_server_is_up_and_found():
    target = "auth_service/auth-service"
    assert judge("load-balancer.server-down", target, statistics("flapping.csv")) == []
    found = only(judge("load-balancer.server-flapping", target, statistics("flapping.csv")))
    assert found.expected == "fewer than 3 times down, or unchanged for 10m"
    assert found.observed == "4 times down, last change 1 s ago"
    calm = environment(flapping={"transitions": 5})
    assert judge("load-balancer.server-flapping", target, statistics("flapping.csv"), declared=calm) == []


def test_a_check_that_just_failed_does_not_tell_its_depth():
    verdict = judge("load-balancer.check-below-layer-7", "auth_service/auth-service", statistics())
    assert why(verdict) == "check_status L4CON does not tell how deep the check looks"


def spread(after: str, requests: int = 4, *, declared: Any) -> Verdict:
    hits = [exchange(AUTH, Hop.LOAD_BALANCER)] * requests
    before = (DATA / "mixed.csv").read_text()
    steps = (exchange(answer(200, before)), *hits, exchange(answer(200, after)))
    return judge(
        "load-balancer.unbalanced",
        next(iter(declared.load_balancer.backends)),
        Exchanges(steps=steps),
        declared=declared,
    )


def counted(**sessions: int) -> str:
    """The recorded statistics, after so many sessions more."""
    lines = (DATA / "mixed.csv").read_text().splitlines()
    for n, line in enumerate(lines):
        columns = line.split(",")
        if columns[1] in sessions:
            columns[7] = str(int(columns[7]) + sessions[columns[1]])
            lines[n] = ",".join(columns)
    return "\n".join(lines) + "\n"


TWO = balanced("api_gateway", "kong-1", "kong-2")
WEIGHTED = balanced("auth_service", "auth-service", "half")


def test_every_server_gets_at_least_half_its_share():
    assert spread(counted(**{"kong-1": 2, "kong-2": 2}), declared=TWO) == []
    assert spread(counted(**{"kong-1": 3, "kong-2": 1}), declared=TWO) == []
    finding = only(spread(counted(**{"kong-1": 4}), declared=TWO))
    assert finding.observed == "of 4 requests: kong-1 4 (due 2), kong-2 0 (due 2)"
    assert only(spread(counted(**{"kong-1": 97, "kong-2": 7}), declared=TWO)), (
        "others' traffic counts as well"
    )


def test_weights_are_part_of_the_share():
    assert spread(counted(**{"auth-service": 0, "half": 4}), declared=WEIGHTED) == [], "1 of 51 is due 0.08"
    assert only(spread(counted(**{"auth-service": 4, "half": 0}), declared=WEIGHTED))


def test_a_spread_that_was_not_seen_decides_nothing():
    assert why(spread(counted(**{"kong-1": 1, "kong-2": 1}), declared=TWO)) == (
        "HAProxy counted 2 of 4 requests in api_gateway"
    )
    assert "anew" in why(spread(counted(**{"kong-1": -1, "kong-2": 5}), declared=TWO))
    assert (
        why(spread("<html>", declared=TWO))
        == "the statistics could not be read again: HTML instead of HAProxy's CSV"
    )


def front(got: Response, path: str = "/api") -> Verdict:
    return judge("load-balancer.path-misrouted", path, exchange(got, Hop.LOAD_BALANCER))


def test_a_path_to_the_gateway_is_known_by_kongs_headers():
    assert front(NO_ROUTE) == []
    assert front(BAD_UPSTREAM) == []


def test_where_the_edge_hides_them_another_backends_service_is_still_found():
    assert front(answer(200, UP, X_Service="auth-service", Date="now")) == []
    found = only(front(answer(200, UP, X_Service="health-service", Date="now")))
    assert found.observed == "one from elsewhere: X-Service health-service"
    assert "neither Kong's headers nor X-Service" in why(front(answer(200, "hello", Date="now")))


def test_a_path_to_a_service_does_not_pass_kong():
    assert front(answer(200, UP, X_Service="health-service", Date="now"), "/health") == []
    found = only(front(answer(200, UP, X_Service="health-service", **PROXIED), "/health"))
    assert found.observed == "one from elsewhere: X-Service health-service through Kong"


def exposed(check_id: str, **at: Response | Failure) -> Verdict:
    check = by_id(check_id)
    paths = check.expects(STACK, "load-balancer")
    seen = tuple(exchange(at.get(path.strip("/"), NO_ROUTE), Hop.LOAD_BALANCER) for path in paths)
    return check.judge(seen, paths)


def test_one_path_is_enough_to_expose():
    assert exposed("exposure.admin-api") == []
    root = answer(200, {"tagline": "Welcome to kong"})
    assert (
        only(exposed("exposure.admin-api", admin=root, stats=BUSY)).observed
        == "/admin gives Kong's Admin API or Status API (200)"
    )


def test_a_path_that_was_not_seen_leaves_it_open_whether_something_is_exposed():
    assert "429" in why(exposed("exposure.stats", stats=BUSY))
    assert (
        why(exposed("exposure.stats", stats=REFUSED)) == "/stats gave no answer: refused: connection refused"
    )


NOW = time.time()
DAY = 86400.0


def certificate(**changes: Any) -> Certificate:
    return Certificate(
        **({"subject": "front.test", "not_before": NOW - DAY, "not_after": NOW + 90 * DAY} | changes)
    )


@pytest.mark.parametrize(
    ("check_id", "changes", "observed"),
    [
        ("tls.expired", {"not_after": 86400.0}, "expired on 1970-01-02 00:00 UTC"),
        (
            "tls.expired",
            {"not_before": 4102444800.0, "not_after": 4.2e9},
            "valid only from 2100-01-01 00:00 UTC",
        ),
        ("tls.wrong-name", {"name_error": "no", "names": ("a.test", "b.test")}, "one for a.test, b.test"),
        ("tls.wrong-name", {"name_error": "no"}, "one for front.test"),
        ("tls.chain-incomplete", {"chain_error": "self-signed certificate"}, "self-signed certificate"),
    ],
)
def test_a_certificates_fault_is_told(check_id, changes, observed):
    assert only(judge(check_id, "load-balancer-tls", certificate(**changes))).observed == observed


def test_the_margin_is_the_environments():
    soon = certificate(not_after=NOW + 20 * DAY)
    found = only(judge("tls.expiring", "load-balancer-tls", soon))
    assert found.expected == "a certificate valid for at least 30d more"
    assert found.observed.endswith("in 20.0 days")
    relaxed = environment(tls={"expires_after": "7d"})
    assert judge("tls.expiring", "load-balancer-tls", soon, declared=relaxed) == []


def test_a_certificate_without_readable_dates_decides_nothing():
    assert why(judge("tls.expired", "load-balancer-tls", certificate(not_after=None)))


def test_stores_that_do_not_tell_decide_nothing():
    assert why(judge("postgres.wrong-role", "postgres", PostgresSession(one=1)))
    assert why(judge("redis.wrong-role", "redis", RedisSession(ping=True)))
    assert why(judge("redis.wrong-eviction", "redis", RedisSession(ping=True)))
    assert why(judge("redis.open", "redis", RedisSession(failure=REFUSED)))


def test_select_1_must_give_1():
    assert only(judge("postgres.login-refused", "postgres", PostgresSession(one=2))).observed == "it gave 2"


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


def test_a_mistake_of_the_gateway_is_not_told_again_at_the_load_balancer():
    other = answer(200, {"status": "UP", "service": "user-service"}, X_Service="user-service")
    verdict = ways(AUTH, other, other, other)
    assert isinstance(verdict, list)
    assert [finding.observed.split()[0] for finding in verdict] == ["kong-1", "kong-2"]


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
