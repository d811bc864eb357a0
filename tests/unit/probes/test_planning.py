"""What is probed without further configuration."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from atalaia.environment.metrics import Metrics
from atalaia.errors import ExitCode, UsageErrors
from atalaia.exchange.hop import Hop
from probes.planning.drawing import drawn, plan
from tests.unit.probes.stack import named, shop

MINUTE = timedelta(minutes=1)


def test_everything_that_is_declared_is_probed_where_it_is():
    assert {name: (each.kind, each.instance, each.hop) for name, each in named(shop()).items()} == {
        "auth": ("http", "http://localhost:3001/health", Hop.SERVICE),
        "cart": ("http", "http://localhost:3002/health", Hop.SERVICE),
        "mail": ("tcp", "localhost:3003", Hop.SERVICE),
        "auth via kong-1": ("http", "http://localhost:8000/api/auth/health", Hop.GATEWAY),
        "cart via kong-1": ("http", "http://localhost:8000/free/cart", Hop.GATEWAY),
        "auth via load-balancer": ("http", "http://localhost/api/auth/health", Hop.LOAD_BALANCER),
        "cart via load-balancer": ("http", "http://localhost/free/cart", Hop.LOAD_BALANCER),
        "load-balancer": ("tcp", "localhost:80", Hop.LOAD_BALANCER),
        "load-balancer-stats": ("http", "http://localhost:8404/stats;csv", Hop.LOAD_BALANCER),
        "kong-1-proxy": ("tcp", "localhost:8000", Hop.GATEWAY),
        "kong-1-admin": ("http", "http://localhost:8001/status", Hop.GATEWAY),
        "kong-1-status": ("http", "http://localhost:8100/status/ready", Hop.GATEWAY),
        "postgres": ("postgres", "postgresql://db/app", Hop.STORE),
        "redis": ("redis", "redis://cache/0", Hop.STORE),
        "load-balancer-tls tls": ("tls", "localhost:443", Hop.LOAD_BALANCER),
        "grafana tls": ("tls", "grafana.example:443", Hop.MONITORING),
        "db-exporter": ("http", "http://localhost:9187/metrics", Hop.MONITORING),
        "prometheus": ("http", "http://localhost:9090/-/ready", Hop.MONITORING),
        "grafana": ("http", "https://grafana.example/api/health", Hop.MONITORING),
        "negative-control": ("tcp", "127.0.0.1:1", Hop.UNKNOWN),
    }


def test_no_label_holds_a_secret():
    assert not [each for each in plan(shop()) if "s3cret" in each.instance + each.name + each.group]


def test_an_exporter_is_asked_with_its_query():
    assert named(shop())["db-exporter"].parameters.request.target == "/metrics?key=s3cret"


def test_an_exporter_is_asked_with_its_credentials():
    exporter = {"url": "http://x.test/metrics", "username": "me", "password": "s3cret-1"}
    stack = shop().model_copy(update={"metrics": Metrics.model_validate({"exporters": {"x": exporter}})})
    asked = named(stack)["x"].parameters.request
    assert (asked.username, asked.password) == ("me", "s3cret-1")


def test_the_same_service_on_each_way_is_one_group():
    groups = {each.name: each.group for each in plan(shop()) if each.group}
    assert groups == {
        name: name.partition(" ")[0]
        for name in (
            "auth", "cart", "mail", "auth via kong-1", "cart via kong-1",
            "auth via load-balancer", "cart via load-balancer",
        )
    }  # fmt: skip


def test_only_the_negative_control_is_expected_to_fail_and_comes_last():
    planned = plan(shop(probes={"negative_control": {"host": "10.0.0.1", "port": 9}}))
    assert [each.name for each in planned if each.expects_failure] == ["negative-control"]
    assert planned[-1].instance == "10.0.0.1:9"


def test_stores_have_their_role_and_certificates_their_time():
    planned = named(shop())
    assert planned["postgres"].parameters.role == "replica"
    assert planned["postgres"].parameters.replication_lag == timedelta(seconds=10)
    assert planned["redis"].parameters.role == "master"
    assert planned["grafana tls"].parameters.certificate == timedelta(days=20)


def test_a_route_stands_in_for_a_health_document_without_anybody_s_credentials():
    way = named(shop())["cart via kong-1"].parameters
    assert way.request.method == "GET"
    assert way.request.bearer is None
    assert {200, 307, 401, 403, 404} <= set(way.expected.status)
    assert not {429, 500, 502, 503, 504} & set(way.expected.status)


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        ('{\n  "message":"no Route matched with those values"\n}', False),
        ("<!doctype html><h1>Kong Error</h1><p>no Route matched with those values.</p>", False),
        ("no Route matched with those values", False),
        ('{"message":"Unauthorized"}', True),
        ("", True),
    ],
)
def test_kong_s_own_404_is_no_answer_of_the_service_s(body, answered):
    wanted = named(shop())["cart via kong-1"].parameters.expected.body
    assert bool(re.search(wanted, body)) is answered


def test_a_route_without_a_limit_is_taken_where_there_is_one():
    planned = named(shop())
    assert planned["cart via kong-1"].costs == ()
    assert [cost.bucket for cost in planned["cart via load-balancer"].costs] == ["load-balancer client"]


def test_nothing_is_sent_through_hops_that_are_not_there():
    planned = named(shop(without=("gateway", "routes", "load_balancer")))
    assert not [name for name in planned if "via" in name or "kong" in name or "load-balancer" in name]


def test_a_smallest_environment_has_its_negative_control():
    environment = shop(
        without=(
            "services", "gateway", "routes", "load_balancer", "stores", "metrics", "prometheus", "grafana",
        )
    )  # fmt: skip
    assert [each.name for each in plan(environment)] == ["negative-control"]


def test_a_login_is_sent_only_where_it_changes_nothing():
    login = {"path": "/api/auth/login", "method": "POST", "json": {"user": "a", "password": "s3cret"}}
    harmful = shop(authentication={"jwt": {"login": login}})
    harmless = shop(authentication={"jwt": {"login": {**login, "harmless": True}}})
    sandbox = shop(authentication={"jwt": {"login": login}}, safety="sandbox")
    assert "login jwt" not in named(harmful)
    assert named(sandbox)["login jwt"].parameters.request.method == "POST"
    assert named(harmless)["login jwt"].parameters.request.body == b'{"user": "a", "password": "s3cret"}'
    # 5 a minute, 100 an hour: one at a time, and at most ten an hour.
    assert named(harmless)["login jwt"].interval == timedelta(minutes=10)


def test_times_are_the_runner_s_and_a_probe_never_outlasts_its_turn():
    planned = named(shop())["auth"]
    assert (planned.interval, planned.timeout, planned.attempts) == (MINUTE, timedelta(seconds=4), 1)
    often = named(shop(probes={"interval": "2s", "timeout": None}))["auth"]
    assert (often.interval, often.timeout) == (timedelta(seconds=2), timedelta(seconds=2))


def test_overrides_change_times_or_switch_off():
    planned = named(
        shop(
            probes={
                "overrides": {
                    "auth": {"interval": "5m", "timeout": "9s", "attempts": 3},
                    "cart": {"enabled": False},
                }
            }
        )
    )
    changed = planned["auth"]
    assert (changed.interval, changed.timeout, changed.attempts) == (
        timedelta(minutes=5), timedelta(seconds=9), 3,
    )  # fmt: skip
    assert "cart" not in planned


def test_an_override_of_nothing_is_told_with_what_there_is():
    with pytest.raises(UsageErrors) as caught:
        plan(shop(probes={"overrides": {"auht": {}}}))
    assert caught.value.exit_code is ExitCode.USAGE
    assert "probes.overrides.auht: no such probe follows from the environment; there are: auth, cart" in str(
        caught.value
    )
    assert str(caught.value).endswith("did you mean auth?")


def test_a_timeout_beyond_the_runner_s_interval_is_refused():
    with pytest.raises(
        UsageErrors, match=r"probes\.overrides\.auth\.timeout: longer than the interval; at most 1m"
    ):
        plan(shop(probes={"overrides": {"auth": {"timeout": "2m"}}}))


def test_the_same_environment_is_planned_once():
    environment = shop()
    assert drawn(environment) is drawn(environment)
