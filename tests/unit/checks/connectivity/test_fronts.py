"""Whether a path of the load balancer leads where it should."""

from __future__ import annotations

from atalaia.checks.check import Verdict
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from tests.support.imagined import PROXIED, answer
from tests.unit.checks.connectivity.judging import BAD_UPSTREAM, NO_ROUTE, UP, exchange, judge, only, why


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
