"""The traffic rule: at most a tenth of any limiter, all locations and attempts counted; what gives way."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atalaia.environment import Environment
from atalaia.errors import ExitCode, UsageErrors
from atalaia.exchange.cost import Cost
from probes.budget import Taker, summed, takes
from probes.planning.drawing import drawn, plan
from tests.unit.probes.stack import named, shop, with_added

LOGIN = {
    "name": "login", "kind": "journey", "at": "kong-1-proxy",
    "steps": [{"name": "login", "method": "POST", "path": "/api/auth/login", "harmless": True}],
}  # fmt: skip
HOUR = {"strict": {"limit": {"hour": 100}}, "wide": {"limit": {"minute": 1000}}}


def refused(environment: Environment) -> str:
    with pytest.raises(UsageErrors) as caught:
        plan(environment)
    assert caught.value.exit_code is ExitCode.USAGE
    return str(caught.value)


def test_a_login_a_minute_is_refused_and_the_limiter_and_the_remedy_are_named():
    words = refused(with_added(LOGIN))
    assert "60 of the 100 requests in 1h of “gateway auth strict 3600s client” (login)" in words
    assert "at most 10 % of a limiter" in words
    assert "probes.add[0].interval: 6m or longer" in words
    assert len(words.splitlines()) == 1


def test_with_the_interval_of_the_remedy_it_is_accepted():
    assert named(with_added({**LOGIN, "interval": "6m"}))["login"].interval == timedelta(minutes=6)
    assert "6m or longer" in refused(with_added({**LOGIN, "interval": "359s"}))


@pytest.mark.parametrize(
    ("probes", "minutes"),
    [
        ({"locations": ["gru", "fra"]}, 12),
        ({"locations": ["gru", "fra"], "location": "gru"}, 12),
        ({"locations": ["gru", "fra"], "location": "iad"}, 20),
        ({"location": "gru"}, 6),
    ],
)
def test_every_location_counts(probes, minutes):
    assert f"{minutes}m or longer" in refused(with_added(LOGIN, route_classes=HOUR, probes=probes))


def test_every_attempt_counts():
    assert "20m or longer" in refused(with_added({**LOGIN, "attempts": 3}, route_classes=HOUR))


def test_a_tenth_that_is_less_than_one_request_lets_one_pass_now_and_then_and_never_two():
    six = {"interval": "10m"}
    assert named(with_added({**LOGIN, **six}))["login"]
    words = refused(with_added({**LOGIN, **six}, {**LOGIN, **six, "name": "other"}))
    assert "2 of the 5 requests in 1m" in words
    assert "no interval makes room" in words


def test_requests_at_the_same_time_count_however_seldom():
    many = [{"name": f"step-{n}", "path": "/free/cart"} for n in range(11)]
    day = {"name": "day", "kind": "journey", "at": "load-balancer", "steps": many, "interval": "1d"}
    assert "11 of the 100 requests in 1m of “load-balancer client”" in refused(with_added(day))
    assert named(with_added({**day, "steps": many[:10]}))["day"]


def test_an_override_of_the_interval_is_taken_by_its_word():
    words = refused(
        shop(
            routes=[{"path": "/api", "service": "auth", "class": "strict"}],
            route_classes=HOUR,
            probes={"overrides": {"auth via kong-1": {"interval": "1m"}}},
        )
    )
    assert "probes.overrides.auth via kong-1.interval: 6m or longer" in words


def test_the_owner_may_allow_less_and_never_more():
    less = with_added({**LOGIN, "interval": "6m"}, route_classes=HOUR, allow={"limiter_share": "5%"})
    assert "at most 5 % of a limiter" in refused(less)
    more = with_added(LOGIN, route_classes=HOUR, allow={"limiter_share": "100%"}, safety="sandbox")
    assert "at most 10 % of a limiter" in refused(more)


def test_limits_are_known_from_the_gateway_s_file_where_routes_are_not_declared(tmp_path):
    from atalaia.environment.loader import load

    (tmp_path / "kong.yml").write_text(
        """
_format_version: "3.0"
services:
  - name: auth
    url: http://localhost:3001
    routes: [{name: auth, paths: [/api/auth], strip_path: false}]
    plugins: [{name: rate-limiting, config: {hour: 100, policy: local, limit_by: ip}}]
"""
    )
    (tmp_path / "env.yml").write_text(
        """
name: shop
services: {auth: {url: "http://localhost:3001"}}
gateway:
  nodes: [{proxy: "http://localhost:8000", admin: "http://localhost:8001"}]
  declarative: kong.yml
probes: {add: [{name: home, kind: http, at: kong-1-proxy, path: /api/auth}]}
"""
    )
    assert "60 of the 100 requests in 1h" in refused(load(tmp_path / "env.yml", {}))


def test_what_follows_from_the_environment_runs_less_often_instead():
    environment = shop(
        route_classes=HOUR, routes=[{"path": "/api/cart", "service": "cart", "class": "strict"}]
    )
    planned = named(environment)
    # Through the gateway and through the front: both together eight an hour.
    assert planned["cart via kong-1"].interval == planned["cart via load-balancer"].interval
    assert planned["cart via kong-1"].interval == timedelta(minutes=15)
    assert planned["cart"].interval == timedelta(minutes=1)


def test_what_no_interval_makes_room_for_is_left_out_and_said_to_be():
    services = {
        f"s{n}": {"url": f"http://localhost:{4000 + n}", "gateway_health": f"/s{n}"} for n in range(14)
    }
    drawing = drawn(shop(services=services, routes=[{"path": "/other", "service": "s0"}]))
    through = [each.name for each in drawing.planned if each.name.endswith("via load-balancer")]
    assert through == [f"s{n} via load-balancer" for n in range(10)]
    assert [each.name for each in drawing.left_out] == [f"s{n} via load-balancer" for n in range(10, 14)]
    assert "no budget left: 14 of the 100 requests in 1m of “load-balancer client”" in drawing.left_out[0].why


def test_where_no_limit_is_known_nothing_goes_through_the_gateway_unasked():
    drawing = drawn(shop(without=("routes",), load_balancer={"url": "http://localhost"}))
    assert [each.name for each in drawing.left_out] == ["auth via kong-1", "auth via load-balancer"]
    assert "no route of the gateway is known" in drawing.left_out[0].why
    asked = named(shop(without=("routes",), probes={"overrides": {"auth via kong-1": {"interval": "1h"}}}))
    assert "auth via kong-1" in asked
    past = {"url": "http://localhost", "backends": {"auth": {"servers": ["auth"], "paths": ["/api/auth"]}}}
    assert "auth via load-balancer" in named(shop(without=("routes",), load_balancer=past))


def test_what_is_added_goes_before_what_follows():
    steps = [{"name": f"step-{n}", "path": "/free/cart"} for n in range(10)]
    day = {"name": "day", "kind": "journey", "at": "load-balancer", "steps": steps, "interval": "1d"}
    planned = named(with_added(day))
    assert "day" in planned
    assert "cart via load-balancer" not in planned


def test_a_thousand_services_behind_one_limiter_are_planned_in_no_time():
    services = {f"s{n}": {"url": f"http://s{n}", "gateway_health": f"/s{n}"} for n in range(1000)}
    routes = [{"path": f"/s{n}", "service": f"s{n}", "class": "strict"} for n in range(1000)]
    environment = shop(services=services, routes=routes)
    begun = time.process_time()
    planned = plan(environment)
    assert time.process_time() - begun < 5
    assert len([each for each in planned if each.name.endswith("via load-balancer")]) <= 10


LIMITS = st.integers(1, 2000)


@given(
    minute=LIMITS,
    hours=st.integers(1, 30),
    front=LIMITS,
    window=st.integers(1, 7200),
    interval=st.integers(1, 4000),
    locations=st.integers(0, 4),
)
def test_a_plan_without_further_configuration_is_never_refused_and_never_too_much(
    minute, hours, front, window, interval, locations
):
    drawing = drawn(
        shop(
            route_classes={"strict": {"limit": {"minute": minute, "hour": minute * hours}}, "wide": {}},
            routes=[{"path": path, "service": "auth", "class": "strict"} for path in ("/api", "/api/cart")],
            load_balancer={"url": "http://localhost", "limit": {"requests": front, "window": f"{window}s"}},
            probes={
                "interval": f"{interval}s",
                "locations": ["a", "b", "c", "d"][:locations],
                "timeout": "1s",
            },
        )
    )
    assert not [take for take in drawing.takes if take.over]
    for take in drawing.takes:
        assert take.average <= take.limit * 0.1 + 1e-6
        assert take.at_once <= max(1, take.limit // 10)


@given(seconds=st.integers(1, 10_000), requests=st.integers(1, 50), window=st.integers(1, 10_000))
def test_no_window_ever_holds_more_than_is_counted(seconds, requests, window):
    """Runs on the grid of their interval, against windows that begin with one of them."""
    cost = Cost(bucket="b client", requests=requests, limit=100, window=window)
    (take,) = takes([Taker("a", timedelta(seconds=seconds), (cost,))], shop())
    assert take.at_once == requests * len(range(0, window, seconds))
    assert take.average <= take.at_once


def test_costs_of_one_bucket_are_one():
    cost = Cost(bucket="b", requests=2, limit=9, window=60)
    assert [each.requests for each in summed([cost, cost, cost])] == [6]
