"""Whether every way to a service leads to it."""

from __future__ import annotations

from atalaia.checks.check import Verdict
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from tests.support.imagined import answer
from tests.unit.checks.connectivity.judging import AUTH, UP, exchange, judge, only, why


def ways(direct: Response, *through: Response) -> Verdict:
    hops = (Hop.GATEWAY, Hop.GATEWAY, Hop.LOAD_BALANCER)
    seen = [exchange(direct), *(exchange(r, hop) for r, hop in zip(through, hops, strict=True))]
    return judge("service.answered-by-another", "auth-service", *seen)


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


def test_a_mistake_of_the_gateway_is_not_told_again_at_the_load_balancer():
    other = answer(200, {"status": "UP", "service": "user-service"}, X_Service="user-service")
    verdict = ways(AUTH, other, other, other)
    assert isinstance(verdict, list)
    assert [finding.observed.split()[0] for finding in verdict] == ["kong-1", "kong-2"]
