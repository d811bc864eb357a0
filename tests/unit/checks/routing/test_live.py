"""What live answers say about routes, methods, paths, clients and request ids."""

from __future__ import annotations

import pytest

from atalaia.checks.check import NotDeclared
from atalaia.checks.routing.choosing import PREFIX_SERVED
from atalaia.checks.routing.client import ADDRESS_FORGED, ADDRESS_LOST, HOST_LOST, SCHEME_LOST
from atalaia.checks.routing.correlation import MISSING, NOT_FORWARDED, NOT_KEPT, REPEATED
from atalaia.checks.routing.methods import LEAKS, TRACE_ANSWERED
from atalaia.checks.routing.normalisation import BYPASSED, spelled
from atalaia.checks.routing.reached import ANSWERED_BY_ANOTHER, UNANSWERED, answered
from atalaia.checks.routing.seen import HOST_REWRITTEN, PATH_REWRITTEN
from atalaia.checks.routing.targets import UNCHECKED, UNHEALTHY, UNRESOLVED
from atalaia.checks.routing.unknown import UNKNOWN_PATH_ANSWERED
from atalaia.checks.routing.upstreams import DEAD_MISANSWERED
from atalaia.environment import Environment
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.admin.model import AdminEntities
from tests.support.imagined import KONG, NO_SERVER, REFUSED, TIMED_OUT, answer
from tests.unit.checks.routing.stack import (
    FILE,
    PROXIED,
    STACK,
    echoed,
    exchange,
    judged,
    of_admin_api,
    only,
    stack,
    why,
)

GOOD = answer(200, {"data": []}, X_Service="users-1", **PROXIED)
NO_ROUTE = answer(404, {"message": "no Route matched with those values"}, **KONG)
OF_SERVICE = answer(404, {"message": "Cannot GET /x"}, X_Service="users-1", **PROXIED)
LIMITED = answer(429, {"message": "API rate limit exceeded"}, **KONG)
TRUNK = "kong-1-proxy"
PATH = "/api/echo/a%20b/../c%2Fd?x=1&y=%20"
CONFIGURED = "/api/echo/c%2Fd?x=1&y=%20"


def test_a_success_of_the_declared_service_is_what_is_wanted():
    assert judged(UNANSWERED, "/api/users", exchange(GOOD)) == []
    assert judged(ANSWERED_BY_ANOTHER, "/api/users", exchange(GOOD)) == []


@pytest.mark.parametrize(
    ("got", "observed"),
    [
        (NO_ROUTE, "Kong answered 404: no Route matched with those values"),
        (OF_SERVICE, "the service answered 404: Cannot GET /x (X-Service: users-1)"),
        (REFUSED, "no answer: refused: connection refused"),
    ],
)
def test_anything_else_is_told_with_who_said_it(got, observed):
    assert only(judged(UNANSWERED, "/api/users", exchange(got))).observed == observed


@pytest.mark.parametrize(
    ("plugin", "got", "cause"),
    [
        ("request-termination, config: {status_code: 503}", answer(503, {"message": "x"}, **KONG), "13"),
        ("jwt", answer(401, {"message": "Unauthorized"}, **KONG), "13"),
        ("jwt", answer(403, {"message": "x"}, **KONG), "9"),
        ("request-termination, config: {status_code: 418}", OF_SERVICE, "9"),
    ],
)
def test_the_plugin_that_refuses_or_else_the_route_is_the_cause(plugin, got, cause):
    text = FILE.replace("false\n- name: echo", f"false\n    plugins: [{{name: {plugin}}}]\n- name: echo")
    finding = only(judged(UNANSWERED, "/api/users", exchange(got), declared=stack(text)))
    assert finding.cause == f"kong.yml:{cause}"
    assert only(judged(UNANSWERED, "/api/users", exchange(got), declared=stack(None))).cause == ""


def test_the_line_of_the_route_or_service_that_explains_an_answer_is_told():
    refusal = exchange(answer(405, {}, X_Service="users-1", **PROXIED), method="DELETE")
    assert only(judged(LEAKS, "/api/users", refusal)).cause == "kong.yml:11"
    assert only(judged(PREFIX_SERVED, "/api/users", exchange(OF_SERVICE))).cause == "kong.yml:10"
    dead = stack(gateway=STACK["gateway"] | {"dead_upstream": "/api/users/dead"})
    assert only(judged(DEAD_MISANSWERED, TRUNK, exchange(GOOD), declared=dead)).cause == "kong.yml:4"
    late = exchange(answer(502, "An invalid response was received from the upstream server"), elapsed=9.0)
    assert only(judged(DEAD_MISANSWERED, TRUNK, late, declared=dead)).cause == "kong.yml:5"


def test_the_plugin_that_changes_a_header_is_the_cause():
    def declared(kind: str, header: str) -> Environment:
        return stack(FILE + f"plugins:\n- {{name: {kind}, config: {{add: {{headers: ['{header}:x']}}}}}}\n")

    seen = echoed(X_Real_IP="10.0.0.1", X_Forwarded_Proto="http", X_Forwarded_Host="inner")
    for check, header in (
        (ADDRESS_LOST, "X-Real-IP"),
        (SCHEME_LOST, "X-Forwarded-Proto"),
        (HOST_LOST, "X-Forwarded-Host"),
    ):
        for name, cause in ((header, "kong.yml:23"), ("X-Other", "")):
            of = declared("request-transformer", name)
            assert only(judged(check, "load-balancer-tls", seen, declared=of)).cause == cause
    one = echoed(told={"X_Request_ID": "1"}, X_Request_ID="1")
    same = declared("request-transformer", "x-request-id")
    assert only(judged(REPEATED, TRUNK, one, one, declared=same)).cause == "kong.yml:23"
    assert only(judged(NOT_KEPT, TRUNK, one, declared=same)).cause == "kong.yml:23"
    hidden = echoed(told={"X_Request_ID": "1"})
    late = declared("response-transformer", "X-Request-ID")
    assert only(judged(NOT_FORWARDED, TRUNK, hidden, hidden, declared=late)).cause == "kong.yml:23"
    plugin = stack(FILE + "plugins:\n- name: correlation-id\n")
    assert only(judged(MISSING, TRUNK, echoed(), echoed(), declared=plugin)).cause == "kong.yml:23"


def test_another_mark_is_another_service():
    other = answer(200, {}, X_Service="echo", **PROXIED)
    finding = only(judged(ANSWERED_BY_ANOTHER, "/api/users", exchange(other)))
    assert (finding.expected, finding.observed) == ("users answers", "echo answers (X-Service)")


def test_without_a_mark_a_service_may_name_itself_in_its_document():
    said = answer(200, {"status": "UP", "service": "users"}, **PROXIED)
    assert judged(ANSWERED_BY_ANOTHER, "/api/users", exchange(said)) == []
    silent = answer(200, {"data": []}, **PROXIED)
    assert "services.users.mark" in why(judged(ANSWERED_BY_ANOTHER, "/api/users", exchange(silent)))


def test_a_route_whose_sample_may_not_be_sent_is_judged_by_what_else_is_known():
    post = {"path": "/api/users", "service": "users", "sample": {"method": "POST"}}
    assert answered(stack(), "/api/users") == ((UNANSWERED, "/api/users"),)
    assert (UNANSWERED, "/api/users") not in answered(stack(safety="staging", routes=[post]), "/api/users")
    harmless = {**post, "sample": {"method": "POST", "harmless": True}}
    declared = stack(safety="staging", routes=[harmless])
    assert answered(declared, "/api/users") == ((UNANSWERED, "/api/users"),)


NEWER = answer(404, {"message": "no Route matched with those values", "request_id": "1"}, **KONG)
OTHER = answer(404, {"message": "not here"}, **KONG)


@pytest.mark.parametrize("got", [NO_ROUTE, NEWER])
def test_kongs_own_404_is_what_an_unknown_path_gets(got):
    assert judged(UNKNOWN_PATH_ANSWERED, TRUNK, exchange(got)) == []


@pytest.mark.parametrize("got", [OTHER, OF_SERVICE, GOOD, NO_SERVER, REFUSED])
def test_any_other_answer_to_an_unknown_path_is_a_finding(got):
    assert only(judged(UNKNOWN_PATH_ANSWERED, TRUNK, exchange(got)))


def test_beyond_a_path_its_service_does_not_answer():
    assert judged(PREFIX_SERVED, "/api/users", exchange(NO_ROUTE)) == []
    other = answer(404, {}, X_Service="echo", **PROXIED)
    assert judged(PREFIX_SERVED, "/api/users", exchange(other)) == []
    finding = only(judged(PREFIX_SERVED, "/api/users", exchange(OF_SERVICE)))
    assert "X-Service: users-1" in finding.observed
    assert isinstance(why(judged(PREFIX_SERVED, "/api/users", exchange(TIMED_OUT))), str)


def test_only_routes_that_lie_below_no_other_are_asked_beyond_their_path():
    below = [{"path": path, "service": "users"} for path in ("/api/users", "/api/users/health", "/other")]
    assert PREFIX_SERVED.targets(stack(routes=below)) == ("/api/users", "/other")


def test_an_undeclared_method_is_kongs_404():
    assert judged(LEAKS, "/api/users", exchange(NO_ROUTE, method="DELETE")) == []
    refusal = answer(405, {"message": "not allowed"}, X_Service="users-1", **PROXIED)
    assert only(judged(LEAKS, "/api/users", exchange(refusal, method="DELETE"))).hop == "service"
    assert [seen.method for seen in LEAKS.observes(stack(), "/api/users")] == ["DELETE"]


def test_trace_is_refused_by_whoever_is_first():
    refused = answer(405, {"message": "Method not allowed"}, **KONG)
    assert judged(TRACE_ANSWERED, TRUNK, exchange(refused)) == []
    assert only(judged(TRACE_ANSWERED, TRUNK, exchange(answer(200, "TRACE / HTTP/1.1"))))


@pytest.mark.parametrize("status", [403, 404, 501])
def test_another_refusal_of_trace_is_one_if_no_service_gave_it(status):
    page = answer(status, f"<html><body><h1>{status} Forbidden</h1>\n</body></html>\n")
    for got, hop in ((page, Hop.LOAD_BALANCER), (answer(status, {"message": "no"}, **KONG), Hop.GATEWAY)):
        assert judged(TRACE_ANSWERED, TRUNK, exchange(got, hop)) == []
    service = exchange(answer(status, {}, X_Service="users-1", **PROXIED))
    finding = only(judged(TRACE_ANSWERED, TRUNK, service))
    assert (finding.expected[:12], finding.hop) == ("405 to TRACE", "service")
    assert "no service" in why(judged(TRACE_ANSWERED, TRUNK, exchange(answer(status, "", Date="now"))))


@pytest.mark.parametrize("status", [400, 401, 500, 503])
def test_an_error_is_no_refusal_of_trace(status):
    assert only(judged(TRACE_ANSWERED, TRUNK, exchange(answer(status, {}, **KONG))))


@pytest.mark.parametrize(
    ("path", "other"),
    [("/api/users", "/api/./%75sers"), ("/users", "/./%75sers"), ("/a/b/", "/a/./%62/"), ("/api/1", None)],
)
def test_another_spelling_of_a_path(path, other):
    assert spelled(path) == other


FORBIDDEN = answer(403, "<html><body><h1>403 Forbidden</h1>\nRequest forbidden.\n</body></html>\n")
VIA_FRONT = "/api/users via load-balancer"


def test_a_path_that_the_front_refuses_is_refused_in_every_spelling():
    plain, through = exchange(FORBIDDEN, Hop.LOAD_BALANCER), exchange(GOOD, Hop.LOAD_BALANCER)
    finding = only(judged(BYPASSED, VIA_FRONT, plain, through))
    assert "HAProxy answered 403" in finding.expected
    assert "the service answered 200" in finding.observed
    assert judged(BYPASSED, VIA_FRONT, through, plain) == [], "a front may refuse what it does not understand"
    assert judged(BYPASSED, VIA_FRONT, through, through) == []


def test_every_spelling_reaches_the_same_service_with_the_same_status():
    other = answer(200, {}, X_Service="echo", **PROXIED)
    assert only(judged(BYPASSED, f"/api/users via {TRUNK}", exchange(GOOD), exchange(other)))
    assert only(judged(BYPASSED, f"/api/users via {TRUNK}", exchange(GOOD), exchange(NO_ROUTE)))


def test_the_path_and_host_that_arrive_are_those_of_the_configuration():
    right = echoed(CONFIGURED, Host="echo.test:3002")
    assert judged(PATH_REWRITTEN, TRUNK, right) == []
    assert judged(HOST_REWRITTEN, TRUNK, right) == []
    wrong = echoed("/c%2Fd?x=1&y=%20", Host="kong.test:8000")
    finding = only(judged(PATH_REWRITTEN, TRUNK, wrong))
    assert (finding.observed, finding.cause) == ("it sees /c%2Fd?x=1&y=%20", "kong.yml:21")
    assert only(judged(HOST_REWRITTEN, TRUNK, wrong)).observed == "it sees kong.test:8000"
    assert PATH_REWRITTEN.observes(stack(), TRUNK)[0].target == PATH


def test_what_a_transformer_of_the_file_makes_of_a_request_is_what_must_arrive():
    plugin = (
        '    plugins: [{name: request-transformer, config: {replace: {uri: /one, headers: ["Host:x"]}}}]\n'
    )
    declared = stack(FILE + plugin)
    right, wrong = echoed("/one?x=1&y=%20", Host="x"), echoed(CONFIGURED, Host="echo.test:3002")
    for check in (PATH_REWRITTEN, HOST_REWRITTEN):
        assert judged(check, TRUNK, right, declared=declared) == [], check.id
        finding = only(judged(check, TRUNK, wrong, declared=declared))
        assert finding.cause == "kong.yml:22"


def test_an_argument_that_a_plugin_adds_is_compared_and_never_shown():
    plugin = (
        "    plugins: [{name: request-transformer, config: {add: {querystring: ['api_key:Zk01qXvLeaky']}}}]\n"
    )
    declared = stack(FILE + plugin)
    path, _, query = CONFIGURED.partition("?")

    def arrives(value: str):
        # As the model writes arguments: sorted by their names.
        return judged(PATH_REWRITTEN, TRUNK, echoed(f"{path}?api_key={value}&{query}"), declared=declared)

    assert arrives("Zk01qXvLeaky") == []
    assert arrives("[redacted]") == []  # as it is kept
    finding = only(arrives("Zk02qXvLeaky"))
    assert "api_key=[redacted]" in finding.expected
    assert finding.observed.endswith(", with other values")
    assert "Leaky" not in finding.expected + finding.observed


@pytest.mark.parametrize(
    "got",
    [
        answer(200, "no JSON"),
        answer(200, {"target": 1}),
        answer(200, {"target": "/", "headers": [1]}),
        NO_ROUTE,
    ],
)
def test_what_is_no_echo_decides_nothing(got):
    assert "echo" in why(judged(PATH_REWRITTEN, TRUNK, exchange(got)))


def test_the_client_is_the_one_that_asked():
    seen = echoed(X_Real_IP="127.64.0.9", X_Forwarded_Proto="https", X_Forwarded_Host="Front.test:443")
    assert judged(ADDRESS_LOST, "load-balancer", seen) == []
    assert judged(SCHEME_LOST, "load-balancer-tls", seen) == []
    assert judged(HOST_LOST, "load-balancer", seen) == []


def test_a_front_that_hides_its_clients_is_found():
    seen = echoed(X_Real_IP="10.0.0.1", X_Forwarded_Proto="http", X_Forwarded_Host="inner")
    assert only(judged(ADDRESS_LOST, "load-balancer", seen)).observed == "it is told 10.0.0.1"
    assert only(judged(SCHEME_LOST, "load-balancer-tls", seen)).observed == "the service sees http"
    assert only(judged(HOST_LOST, "load-balancer", seen)).observed == "the service sees inner"


def test_without_an_address_of_its_own_a_client_does_not_know_the_real_one():
    assert isinstance(ADDRESS_LOST.targets(stack(client={})), NotDeclared)
    unknown = echoed(X_Real_IP="10.0.0.1").model_copy(update={"source": None})
    assert "not known" in why(judged(ADDRESS_LOST, "load-balancer", unknown))


FORGED = "203.0.113.77"


@pytest.mark.parametrize(
    ("target", "headers", "names"),
    [
        (TRUNK, {"X_Real_IP": "127.64.0.9", "X_Forwarded_For": f"{FORGED}, 127.64.0.9"}, []),
        (TRUNK, {"X_Real_IP": FORGED}, ["X-Real-IP"]),
        (
            "load-balancer",
            {"X_Real_IP": "127.64.0.9", "X_Forwarded_For": f"{FORGED}, 1.2.3.4"},
            ["X-Forwarded-For"],
        ),
        ("load-balancer", {"X_Real_IP": "127.64.0.9", "Forwarded": f"for={FORGED}"}, ["Forwarded"]),
        ("load-balancer", {"X_Real_IP": "127.64.0.9", "X_Forwarded_For": "127.64.0.9, 127.0.0.1"}, []),
    ],
)
def test_an_address_that_is_only_claimed_is_not_believed(target, headers, names):
    verdict = judged(ADDRESS_FORGED, target, echoed(**headers))
    assert [finding.observed.split(":")[0].split()[-1] for finding in verdict] == names


def test_where_no_address_is_told_nobody_knows_whom_kong_believed():
    assert "no X-Real-IP" in why(judged(ADDRESS_FORGED, TRUNK, echoed(X_Forwarded_For=FORGED)))
    assert only(judged(ADDRESS_FORGED, "load-balancer", echoed(X_Forwarded_For=FORGED)))


def test_an_id_is_given_told_and_passed_on():
    one, other = (echoed(told={"X_Request_ID": n}, X_Request_ID=n) for n in ("1", "2"))
    for check in (MISSING, NOT_FORWARDED, REPEATED):
        assert judged(check, TRUNK, one, other) == [], check.id
    assert only(judged(MISSING, TRUNK, echoed(), echoed())).observed == "no such header"
    assert only(judged(REPEATED, TRUNK, one, one)).observed == "two requests got the same one"
    hidden = echoed(told={"X_Request_ID": "1"})
    assert only(judged(NOT_FORWARDED, TRUNK, hidden, other)).observed == "the service sees none"
    assert all(seen.without == ("X-Request-ID",) for seen in MISSING.observes(stack(), TRUNK))


def test_a_clients_own_id_stays():
    own = dict(NOT_KEPT.observes(stack(), TRUNK)[0].headers)["X-Request-ID"]
    kept = echoed(told={"X_Request_ID": own}, X_Request_ID=own)
    assert judged(NOT_KEPT, TRUNK, kept) == []
    lost = echoed(told={"X_Request_ID": "1"}, X_Request_ID="1")
    told = only(judged(NOT_KEPT, TRUNK, lost)).observed
    assert told == "the service sees another one, the client is told another one"


BAD_GATEWAY = answer(502, "An invalid response was received from the upstream server\n", **PROXIED)


def test_a_dead_upstream_is_told_by_the_gateway_in_time():
    assert judged(DEAD_MISANSWERED, TRUNK, exchange(BAD_GATEWAY)) == []
    late = only(judged(DEAD_MISANSWERED, TRUNK, exchange(BAD_GATEWAY, elapsed=9.0)))
    assert late.observed.endswith("after 9.0 s")
    for got in (GOOD, NO_ROUTE, TIMED_OUT, answer(503, {"message": "maintenance"}, **KONG)):
        assert only(judged(DEAD_MISANSWERED, TRUNK, exchange(got)))


def test_an_upstream_that_never_answers_is_told_by_the_gateway_in_time():
    given_up = answer(504, "The upstream server is timing out\n", **PROXIED)
    declared = stack(gateway=STACK["gateway"] | {"dead_upstream": "/api/users/dead"})
    assert judged(DEAD_MISANSWERED, TRUNK, exchange(given_up, elapsed=4.9), declared=declared) == []
    for got in (given_up, TIMED_OUT):
        late = only(judged(DEAD_MISANSWERED, TRUNK, exchange(got, elapsed=10.0), declared=declared))
        assert "after 10.0 s" in late.observed
        assert late.cause == "kong.yml:7", "read_timeout"
    (request,) = DEAD_MISANSWERED.observes(declared, TRUNK)
    assert isinstance(request, HttpRequest)
    assert request.patience > 5, "as long as the gateway may take"


def test_a_dead_backend_is_told_by_the_front():
    assert judged(DEAD_MISANSWERED, "load-balancer", exchange(NO_SERVER, Hop.LOAD_BALANCER)) == []
    assert only(judged(DEAD_MISANSWERED, "load-balancer", exchange(BAD_GATEWAY, Hop.LOAD_BALANCER)))


def _health(*states: str, weight: int = 1) -> AdminEntities:
    below = tuple(
        {
            "id": f"t{n}",
            "target": f"10.0.0.{n}:80",
            "health": state,
            "weight": weight,
            "upstream": {"id": "u"},
        }
        for n, state in enumerate(states)
    )
    return AdminEntities(path="/upstreams", documents=({"id": "u", "name": "people"},), below=below)


@pytest.mark.parametrize(
    ("check", "state"), [(UNHEALTHY, "UNHEALTHY"), (UNCHECKED, "HEALTHCHECKS_OFF"), (UNRESOLVED, "DNS_ERROR")]
)
def test_a_target_in_a_bad_state_is_named(check, state):
    finding = only(judged(check, "kong-1", _health("HEALTHY", state)))
    assert finding.expected.startswith("target 10.0.0.1:80 of upstream people")
    assert judged(check, "kong-1", _health("HEALTHY")) == []
    idle = tuple({**target, "weight": 0} for target in _health(state).below)
    served = _health("HEALTHY")
    mixed = served.model_copy(update={"below": (*served.below, *idle)})
    assert judged(check, "kong-1", mixed) == [], "one without weight gets nothing"
    broken = AdminEntities(path="/upstreams", failure=REFUSED)
    assert "could not be read" in why(judged(check, "kong-1", broken))


@pytest.mark.parametrize("check", [UNHEALTHY, UNCHECKED, UNRESOLVED])
@pytest.mark.parametrize("state", [None, "", "SOMETHING_NEW"])
def test_a_target_whose_state_says_nothing_decides_nothing(check, state):
    assert "the health of target 10.0.0.1:80" in why(judged(check, "kong-1", _health("HEALTHY", state)))


@pytest.mark.parametrize("seen", [_health(), _health("HEALTHY", weight=0)])
def test_an_upstream_without_targets_is_named_once(seen):
    finding = only(judged(UNHEALTHY, "kong-1", seen))
    assert finding.expected == "upstream people has a target with a weight above 0"
    assert judged(UNCHECKED, "kong-1", seen) == judged(UNRESOLVED, "kong-1", seen) == []


def test_a_node_that_lists_no_upstream_tells_nothing_of_targets():
    nothing = AdminEntities(path="/upstreams")
    assert "gateway.declarative would" in why(judged(UNHEALTHY, "kong-1", nothing, declared=stack(None)))
    having = stack(FILE + "upstreams:\n- name: people\n")
    assert "the file has some" in why(judged(UNHEALTHY, "kong-1", nothing, declared=having))
    assert isinstance(UNHEALTHY.targets(stack()), NotDeclared)
    assert isinstance(UNHEALTHY.targets(of_admin_api(FILE)), NotDeclared)


ALL = [
    (UNANSWERED, "/api/users", 1), (UNKNOWN_PATH_ANSWERED, TRUNK, 1), (PREFIX_SERVED, "/api/users", 1),
    (LEAKS, "/api/users", 1), (TRACE_ANSWERED, TRUNK, 1), (BYPASSED, VIA_FRONT, 2),
    (PATH_REWRITTEN, TRUNK, 1), (ADDRESS_LOST, "load-balancer", 1), (SCHEME_LOST, "load-balancer", 1),
    (HOST_LOST, "load-balancer", 1),
    (ADDRESS_FORGED, TRUNK, 1), (MISSING, TRUNK, 2), (REPEATED, TRUNK, 2), (NOT_FORWARDED, TRUNK, 2),
    (NOT_KEPT, TRUNK, 1), (DEAD_MISANSWERED, TRUNK, 1),
]  # fmt: skip
STALLED = Failure(reason=Reason.STALLED, detail="this machine was held up")


@pytest.mark.parametrize(("check", "target", "count"), ALL, ids=lambda value: getattr(value, "id", ""))
@pytest.mark.parametrize("got", [LIMITED, STALLED], ids=["limited", "stalled"])
def test_a_limiter_and_a_machine_that_was_held_up_decide_nothing(check, target, count, got):
    assert why(judged(check, target, *[exchange(got)] * count))


def test_everything_is_declared_in_the_small_stack():
    assert STACK["gateway"]["echo"]
    assert ADDRESS_FORGED.targets(stack()) == (TRUNK, "load-balancer")
    assert SCHEME_LOST.targets(stack()) == ("load-balancer", "load-balancer-tls")
