"""What a request costs in the limiters on its way."""

from __future__ import annotations

from atalaia.systems.limits import backend_of, front_costs, gateway_costs, route_of
from tests.support.imagined import environment

LIMITED = environment(
    route_classes={
        "auth": {"limit": {"minute": 5, "hour": 100}},
        "api": {"limit": {"minute": 100}},
        "free": {},
    },
    routes=[
        {"path": "/api/v1", "service": "user-service", "class": "api"},
        {"path": "/api/v1/auth", "service": "auth-service", "class": "auth"},
        {"path": "/api/v1/auth/login", "service": "auth-service", "class": "free", "methods": ["POST"]},
        {"path": "/open", "service": "user-service"},
    ],
)


def test_the_front_costs_one_request_that_weighs_for_two_windows():
    (cost,) = front_costs(LIMITED, "/open")
    assert (cost.bucket, cost.requests, cost.limit, cost.window, cost.remembered) == (
        "load-balancer client", 1, 100, 60.0, 120.0,
    )  # fmt: skip


def test_a_route_costs_in_each_window_of_its_class():
    assert [(cost.bucket, cost.limit, cost.window) for cost in gateway_costs(LIMITED, "/api/v1/auth/me")] == [
        ("gateway auth-service auth 60s client", 5, 60.0),
        ("gateway auth-service auth 3600s client", 100, 3600.0),
    ]


def test_a_request_through_the_front_pays_both():
    buckets = [cost.bucket for cost in front_costs(LIMITED, "/api/v1/users?page=2")]
    assert buckets == ["load-balancer client", "gateway user-service api 60s client"]


def test_a_path_that_passes_no_gateway_pays_only_the_front():
    assert [cost.bucket for cost in front_costs(LIMITED, "/health")] == ["load-balancer client"]


def test_the_longest_prefix_serves_and_of_equals_the_one_for_the_method():
    login = route_of(LIMITED, "/api/v1/auth/login", "POST")
    assert login is not None
    assert login.route_class == "free"
    other = route_of(LIMITED, "/api/v1/auth/login", "GET")
    assert other is not None
    assert other.route_class == "auth"
    assert route_of(LIMITED, "/elsewhere") is None


def test_nothing_declared_costs_nothing():
    bare = environment(load_balancer=None, gateway=None)
    assert front_costs(bare, "/") == ()
    assert gateway_costs(bare, "/") == ()


def test_the_longest_declared_path_names_the_backend():
    found = backend_of(LIMITED, "/health/live")
    assert found is not None
    assert found[0] == "health_service"
    assert backend_of(LIMITED, "/elsewhere") is None


def test_a_budget_that_is_no_addresses_is_none_of_a_clients_own():
    def bucket(**by) -> str:
        declared = environment(
            route_classes={"c": {"limit": {"minute": 5, **by}}},
            routes=[{"path": "/a", "service": "user-service", "class": "c"}],
        )
        (cost,) = gateway_costs(declared, "/a")
        return cost.bucket.removeprefix("gateway user-service c 60s ")

    assert bucket() == "client"
    assert bucket(by="consumer") == "consumer"
    assert bucket(by="credential") == "credential"
    assert bucket(by="header", header="X-Tenant") == "header X-Tenant"
    assert bucket(by="service") == bucket(by="path") == "everybody"
