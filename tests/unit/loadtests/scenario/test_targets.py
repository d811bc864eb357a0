"""Where load goes: one address of the environment."""

from __future__ import annotations

import pytest

STEADY = "name: a\nstages: [{rate: 10/s, for: 10s}]\nmix: [{path: /x}]\n"
STACK = """
name: shop
safety: sandbox
hosts: {front: 127.0.0.9}
load_balancer: {url: "http://front:8080/shop/", tls_url: "https://front:8443"}
gateway: {nodes: [{proxy: "http://gate:8000", admin: "http://gate:8001"}]}
services: {users: {url: "http://users:3001/v1"}, logs: {url: "http://logs"}}
routes: [{path: /, service: users}]
prometheus: {url: "http://prometheus:9090"}
"""


@pytest.mark.parametrize(
    ("at", "base", "path"),
    [
        (None, "http://front:8080", "/shop/x"),
        ("load-balancer", "http://front:8080", "/shop/x"),
        ("load-balancer-tls", "https://front:8443", "/x"),
        ("kong-1", "http://gate:8000", "/x"),
        ("users", "http://users:3001", "/v1/x"),
    ],
)
def test_an_address_by_its_name(planned, at, base, path):
    plan = planned(STEADY + (f"at: {at}" if at else ""), STACK)
    assert plan.base == base
    assert plan.entries[0].requests[0].path == path
    assert plan.connect_to == ("127.0.0.9" if "front" in base else None)


def test_without_a_front_it_is_the_gateway_and_else_the_only_service(planned, refused):
    without_front = STACK.replace("load_balancer:", "# ")
    assert planned(STEADY, without_front).base == "http://gate:8000"
    one = 'name: shop\nsafety: sandbox\nservices: {users: {url: "http://users:3001"}}'
    assert planned(STEADY, one).base == "http://users:3001"
    two = one.replace("services: {", 'services: {logs: {url: "http://logs"}, ')
    assert refused(STEADY, two) == [
        "scenario.yml:1: at: the environment shop does not say where load is to be sent; one of logs, users"
    ]


def test_nothing_but_the_public_way_and_services_may_be_loaded(refused):
    for name in ("prometheus", "kong-1-admin", "http://example.com", "user"):
        (line,) = refused(STEADY + f'at: "{name}"', STACK)
        assert line.startswith(
            "scenario.yml:4: at: no address of that name in the environment shop; one of load-balancer,"
            " load-balancer-tls, kong-1, users, logs"
        )
    assert line.endswith("; did you mean users?")


def test_the_timeout_and_what_may_be_in_flight(planned):
    plan = planned(STEADY, STACK)
    assert plan.timeout == 5  # deadlines.total
    assert plan.in_flight == 100
    fast = STEADY.replace("10/s", "1000/s")
    assert planned(fast + "timeout: 2s", STACK).in_flight == 2200  # as many as time out, and a tenth more
    assert planned(fast + "in_flight: 50", STACK).in_flight == 50
