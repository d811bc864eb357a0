"""Routes that the environment does not declare come from the gateway's file, or from the gateway."""

from __future__ import annotations

import json

from atalaia.environment import Environment
from atalaia.environment.gateway_file import GatewayFile
from atalaia.systems.kong.completion import completed, left_out
from atalaia.systems.kong.given import given, given_of

FILE = """
_format_version: "3.0"
services:
- name: users
  url: http://users.test:3002
  routes:
  - name: users
    paths: [/users, "~/people$", "~/any/[0-9]+"]
    methods: [GET, POST]
    plugins:
    - {name: rate-limiting, config: {minute: 100, hour: 1000, limit_by: ip, policy: redis, redis_host: r}}
    - {name: cors, config: {origins: ["https://app.test", ".*evil"], credentials: true, methods: [GET]}}
    - {name: jwt}
  - {name: writing, paths: [/writing], methods: [POST], preserve_host: true}
- name: pooled
  url: http://pool
  routes: [{name: pooled, paths: [/pooled]}]
- name: elsewhere
  url: http://nobody.test
  routes: [{name: elsewhere, paths: [/elsewhere]}]
upstreams:
- name: pool
  targets: [{target: "orders.test:3003"}]
"""


def environment(**more) -> Environment:
    document = {
        "name": "e",
        "services": {
            "users": {"url": "http://users.test:3002"},
            "orders": {"url": "http://orders.test:3003"},
        },
        "gateway": {"nodes": [{"proxy": "http://k.test:8000", "admin": "http://k.test:8001"}]},
        "authentication": {"jwt": {}},
        **more,
    }
    return Environment.model_validate_json(json.dumps(document))


def test_each_path_that_can_be_asked_for_is_a_route_of_a_declared_service():
    found = completed(environment(), given(FILE, "kong.yml"))
    assert [(route.path, route.service, route.methods) for route in found.routes] == [
        ("/users", "users", ("GET", "POST")),
        ("/people", "users", ("GET", "POST")),
        ("/writing", "users", ("POST",)),
        ("/pooled", "orders", ()),
        ("/elsewhere", "gateway-elsewhere", ()),
    ]


def test_a_route_to_a_service_that_is_not_declared_is_kept_and_told():
    found = completed(environment(), given(FILE, "kong.yml"))
    (note,) = left_out(found)
    assert note.startswith("1 of 5 routes of the gateway lead to services that are not declared (elsewhere)")
    nothing = completed(environment(services={}), given(FILE, "kong.yml"))
    assert left_out(nothing)[0].startswith("5 of 5 routes")
    assert left_out(environment(routes=[{"path": "/mine", "service": "users"}])) == ()


def test_a_route_takes_its_limits_its_origins_and_its_scheme_along():
    found = completed(environment(), given(FILE, "kong.yml"))
    named = found.route_classes[found.routes[0].route_class]
    assert named.limit.windows == ((60.0, 100), (3600.0, 1000))
    assert named.limit.shared
    assert found.cors[named.cors].origins == ("https://app.test",), "an expression names no origin"
    assert found.cors[named.cors].credentials
    assert named.authentication == "jwt"
    plain = found.route_classes[found.routes[3].route_class]
    assert (plain.limit, plain.cors, plain.authentication) == (None, None, None)


def test_a_route_that_only_takes_another_method_is_sampled_by_it():
    route = completed(environment(), given(FILE, "kong.yml")).routes[2]
    assert route.sample.method == "POST"
    assert not route.sample.harmless, "outside the sandbox it is not sent"
    assert route.preserve_host


def test_what_the_environment_declares_stays_as_it_is():
    declared = environment(routes=[{"path": "/mine", "service": "users"}])
    assert completed(declared, given(FILE, "kong.yml")) is declared


def test_a_file_that_kong_refuses_tells_no_routes():
    declared = environment()
    assert completed(declared, given('_format_version: "9"', "kong.yml")) is declared
    assert completed(declared, None) is declared


def test_what_the_admin_api_listed_is_as_good_as_a_file():
    lists = {
        "services": [{"id": "s", "name": "users", "host": "users.test", "port": 3002, "protocol": "http"}],
        "routes": [{"id": "r", "name": "users", "paths": ["/users"], "service": {"id": "s"}}],
        "plugins": [
            {
                "id": "p",
                "name": "rate-limiting",
                "route": {"id": "r"},
                "config": {"minute": 5},
                "enabled": True,
            }
        ],
    }
    asked = environment().completed(GatewayFile(json.dumps(lists), "http://k.test:8001", live=True))
    found = completed(asked, given_of(asked))
    assert [route.path for route in found.routes] == ["/users"]
    assert found.route_classes[found.routes[0].route_class].limit.minute == 5


def test_a_cors_plugin_without_origins_is_a_policy_for_everybody():
    anyone = FILE.replace('origins: ["https://app.test", ".*evil"], ', "")
    found = completed(environment(), given(anyone, "kong.yml"))
    policy = found.cors[found.route_classes[found.routes[0].route_class].cors]
    assert (policy.origins, policy.credentials) == (("*",), True)
