"""Added probes: each kind with what it needs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atalaia.environment import Environment
from atalaia.environment.loader import load
from atalaia.errors import UsageErrors
from atalaia.exchange.hop import Hop
from probes.fan_out import MOST
from probes.model import Planned
from probes.planning.drawing import plan
from tests.unit.probes.stack import named, shop, with_added

STEP = {"name": "look", "path": "/api/cart/1"}


def added(probe: dict, **sections) -> Planned:
    return named(with_added({"name": "mine", **probe}, **sections))["mine"]


def refused(*probes: dict, **sections) -> str:
    with pytest.raises(UsageErrors) as caught:
        plan(with_added(*probes, **sections))
    return str(caught.value)


def test_http_at_an_address_of_the_environment():
    planned = added({
        "kind": "http", "at": "grafana", "path": "/login?a=b", "method": "HEAD", "headers": {"A": "b"},
        "expect": {"status": [200]}, "interval": "2m", "timeout": "9s", "attempts": 2,
    })  # fmt: skip
    request = planned.parameters.request
    assert (request.method, request.target, request.headers) == ("HEAD", "/login?a=b", (("A", "b"),))
    assert planned.instance == "https://grafana.example/login"
    assert planned.parameters.expected.status == (200,)
    assert planned.hop is Hop.MONITORING
    assert (planned.interval, planned.timeout, planned.attempts) == (
        timedelta(minutes=2), timedelta(seconds=9), 2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "path", "target"),
    [
        ("http://example.com", None, "/"),
        ("http://example.com/a?b=c", None, "/a?b=c"),
        ("http://example.com/a", "/b", "/a/b"),
    ],
)
def test_http_at_an_address_of_its_own(url, path, target):
    planned = added({"kind": "http", "url": url} | ({"path": path} if path else {}))
    assert planned.parameters.request.target == target
    assert planned.hop is Hop.UNKNOWN
    assert planned.costs == ()


def test_credentials_are_sent_and_never_told():
    planned = added({"kind": "http", "url": "http://anna:s3cret@example.com/a"})
    request = planned.parameters.request
    assert (request.username, request.password) == ("anna", "s3cret")
    assert planned.instance == "http://example.com/a"
    own = added({"kind": "http", "at": "auth", "username": "bob", "password": "s3cret"}).parameters.request
    assert (own.username, own.password) == ("bob", "s3cret")
    assert added({"kind": "http", "at": "auth", "bearer": "jwt"}).parameters.request.bearer.secret


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1:8000", "http://LOCALHOST:8000"])
def test_a_limited_hop_costs_what_it_costs_however_it_is_written(url):
    planned = added({"kind": "http", "url": url, "path": "/api/cart", "interval": "10m"})
    assert planned.hop is Hop.GATEWAY
    assert [cost.bucket for cost in planned.costs] == ["gateway cart wide 60s client"]


def test_statistics_services_and_the_admin_api_cost_nothing():
    for at in ("load-balancer-stats", "auth", "kong-1-admin"):
        assert added({"kind": "http", "at": at, "path": "/api/cart"}).costs == ()


def test_the_tls_front_costs_what_the_front_costs():
    planned = added({"kind": "http", "at": "load-balancer-tls", "path": "/api/cart"})
    assert [cost.bucket for cost in planned.costs] == ["load-balancer client", "gateway cart wide 60s client"]


def test_all_addresses_cost_the_gateway_behind_them_one_each():
    behind = {"kind": "http", "url": "http://shop.example:8000", "path": "/api/cart", "fan_out": "all"}
    gateway = {"nodes": [{"proxy": "http://shop.example:8000", "admin": "http://shop.example:8001"}]}
    planned = added({**behind, "quorum": 2, "interval": "1h"}, gateway=gateway)
    assert planned.parameters.quorum == 2
    assert [cost.requests for cost in planned.costs] == [MOST]
    known = added({**behind, "interval": "1h"}, gateway=gateway, hosts={"shop.example": "127.0.0.1"})
    assert [cost.requests for cost in known.costs] == [1]


def test_connections():
    tcp = added({"kind": "tcp", "host": "::1", "port": 25, "fan_out": "all"})
    assert (tcp.instance, tcp.parameters.fan_out) == ("[::1]:25", True)
    tls = added({"kind": "tls", "host": "example.com", "port": 8443, "expect": {"certificate": "14d"}})
    assert (tls.instance, tls.parameters.certificate) == ("example.com:8443", timedelta(days=14))
    assert added({"kind": "tls", "at": "grafana"}).parameters.certificate == timedelta(days=20)
    dns = added({"kind": "dns", "host": "example.com", "addresses": ["127.0.0.1"]})
    assert (dns.instance, dns.parameters.addresses) == ("example.com", ("127.0.0.1",))
    assert added({"kind": "dns", "at": "postgres"}).instance == "db"


def test_stores():
    postgres = added({"kind": "postgres", "query": "SELECT count(*) FROM users", "value": 3})
    assert (postgres.parameters.query, postgres.parameters.value) == ("SELECT count(*) FROM users", 3)
    assert postgres.parameters.role is None
    assert added({"kind": "redis"}).parameters.role is None


def test_a_journey_costs_each_of_its_steps():
    steps = [STEP, {**STEP, "name": "again"}, {"name": "free", "path": "/free/cart"}]
    planned = added({"kind": "journey", "at": "kong-1-proxy", "bearer": "jwt", "steps": steps})
    assert [(cost.bucket, cost.requests) for cost in planned.costs] == [("gateway cart wide 60s client", 2)]
    assert planned.instance == "http://localhost:8000"
    assert planned.parameters.bearer is not None
    assert not planned.parameters.writes


def test_a_journey_writes_only_where_that_is_harmless_or_allowed():
    writes = {"kind": "journey", "at": "auth", "steps": [{**STEP, "method": "POST"}]}
    assert "probes.add[0].steps[0].method: it writes, and safety is production" in refused(
        {"name": "mine", **writes}
    )
    assert added({**writes, "steps": [{**STEP, "method": "POST", "harmless": True}]})
    assert added(writes, safety="sandbox").parameters.writes
    assert added(writes, allow={"effects": ["writes"]}).parameters.writes


def test_a_check_of_the_catalogue_on_each_target_or_on_those_named():
    environment = with_added({"name": "port", "kind": "catalogue", "check": "tcp.unreachable"})
    assert {"port auth", "port postgres", "port redis"} <= set(named(environment))
    one = added({"kind": "catalogue", "check": "tcp.unreachable", "targets": ["auth"]})
    assert (one.instance, one.hop, one.costs) == ("tcp.unreachable@auth", Hop.SERVICE, ())


def test_a_check_costs_what_it_and_its_prerequisites_look_at():
    planned = added(
        {
            "kind": "catalogue", "check": "service.unhealthy-through-load-balancer", "targets": ["auth"],
            "interval": "1h",
        }
    )  # fmt: skip
    buckets = {cost.bucket: cost.requests for cost in planned.costs}
    assert buckets["load-balancer client"] >= 1


@pytest.mark.parametrize(
    ("probe", "told"),
    [
        ({"check": "tcp.unreachabel"}, ".check: no such check; did you mean tcp.unreachable?"),
        (
            {"check": "limiter.not-enforced"},
            ".check: limiter.not-enforced spends; a check that only reads",
        ),
        (
            {"check": "tcp.unreachable", "targets": ["auht"]},
            ".targets: not a target of tcp.unreachable; there are: auth",
        ),
        (
            {"check": "gateway.nodes-differ"},
            ".check: gateway.nodes-differ does not apply: the environment decl",
        ),
        ({}, ": a probe of the catalogue without a check"),
    ],
)
def test_a_check_that_cannot_be_probed_is_refused(probe, told):
    assert told in refused({"name": "mine", "kind": "catalogue", **probe})


def test_all_that_is_wrong_is_told_at_once():
    words = refused(
        {"name": "a", "kind": "catalogue", "check": "no.such"}, {"name": "b", "kind": "http", "at": None}
    )
    assert len(words.splitlines()) == 2


def test_the_line_is_told(tmp_path):
    file = tmp_path / "env.yml"
    file.write_text(
        "name: shop\nservices: {auth: {url: 'http://localhost:3001'}}\nprobes:\n  overrides:\n    cart: {}\n"
    )
    with pytest.raises(UsageErrors, match=rf"^{file}:5: probes.overrides.cart: no such probe"):
        plan(load(file, {}))
    file.write_text("name: shop\nprobes:\n  add:\n    - {name: a, kind: catalogue,\n       check: no.such}\n")
    environment = load(file, {})
    with pytest.raises(UsageErrors, match=rf"^{file}:5: probes.add\[0\].check: no such check"):
        plan(environment)
    file.unlink()
    with pytest.raises(UsageErrors, match=rf"^{file}: probes.add\[0\].check: no such check"):
        plan(environment)


@pytest.mark.parametrize("name", ["auth", "negative-control"])
def test_no_two_probes_have_one_name(name):
    assert f"another probe is called {name} already" in refused({"name": name, "kind": "redis"})


def test_the_pushgateway_of_the_probes_may_be_the_stack_s_own():
    for own in ({}, {"pushgateway": {"url": "http://localhost:9091"}}):
        environment: Environment = shop(
            **own,
            probes={
                "pushgateway": "http://localhost:9091",
                "add": [{"name": "mine", "kind": "tcp", "at": "probes-pushgateway"}],
            },
        )
        assert named(environment)["mine"].instance == "localhost:9091"
