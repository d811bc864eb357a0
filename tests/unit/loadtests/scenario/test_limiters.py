"""The traffic planner: each kind of key, what is refused, and what would do."""

from __future__ import annotations

import pytest

STAGES = "name: a\narrivals: uniform\nstages: [{rate: 10/s, for: 5m}]\n"
ROUTES = """
name: shop
safety: SAFETY
client: {addresses: 127.64.0.0/16}
load_balancer:
  url: http://front
  FRONT
  backends: {gate: {servers: [kong-1], paths: [/api]}}
gateway: {nodes: [{proxy: "http://gate:8000", admin: "http://gate:8001"}]}
services: {users: {url: "http://users:3001"}}
route_classes: {api: {limit: LIMIT, authentication: jwt}}
authentication:
  jwt: {secret: 32-bytes-that-nobody-would-ever-guess, tenant_header: X-Shop, tenants: [a, b, c, d]}
routes: [{path: /api/users, service: users, class: api}]
"""


def environment(limit: str = "{minute: 100000}", *, front: str = "", safety: str = "sandbox") -> str:
    return ROUTES.replace("LIMIT", limit).replace("FRONT", front).replace("SAFETY", safety)


FRONT = "limit: {requests: 100, window: 60s}"


def test_addresses_are_as_many_as_the_strictest_limiter_asks_for(planned):
    fast = STAGES.replace("10/s", "500/s")
    # 30,000 a minute, 98 of each: two fewer than allowed, where turns are uneven.
    assert len(planned(fast, environment(front=FRONT)).identities) == 307
    assert len(planned(fast, environment("{minute: 50}", front=FRONT)).identities) == 625
    # Arrivals at random want more, as does a share of the limit.
    assert 307 < len(planned(fast.replace("uniform", "poisson"), environment(front=FRONT)).identities) < 400
    assert len(planned(fast, environment(front=FRONT, safety="staging")).identities) == 625


def test_in_the_sandbox_they_are_two_hundred_at_least(planned):
    assert len(planned(STAGES, environment(front=FRONT)).identities) == 200
    assert len(planned(STAGES, environment(front=FRONT, safety="staging")).identities) == 13
    assert len(planned(STAGES + "identities: 50", environment(front=FRONT)).identities) == 50


def test_addresses_are_those_of_the_environment_each_once(planned):
    found = planned(STAGES.replace("10/s", "500/s"), environment(front=FRONT)).identities
    assert len(set(found)) == len(found) > 300
    assert all(address.startswith("127.64.") for address in found)


def test_without_a_limiter_by_address_there_is_no_need_of_any(planned):
    assert planned(STAGES + "at: users\nmix: [{path: /}]", environment(front=FRONT)).identities == ()
    assert planned(STAGES, environment("{minute: 100000, by: service}")).identities == ()


def test_the_addresses_of_the_next_load_are_others(planned):
    first = planned(STAGES, environment(front=FRONT)).identities
    second = planned(STAGES, environment(front=FRONT)).identities
    assert not set(first) & set(second)


@pytest.mark.parametrize(
    ("scenario", "stack", "said"),
    [
        (
            STAGES,
            environment(front=FRONT).replace("client:", "#"),
            [
                "scenario.yml:3: stages: the limiter “load-balancer client” lets each client address send 100"
                " requests in 1m; it would get 600 over 1 address; 7 addresses would do;"
                " client.addresses of the environment names a network of this machine's own;"
                " or at most 1.66/s"
            ],
        ),
        (
            STAGES + "identities: 3",
            environment(front=FRONT, safety="staging"),
            [
                "scenario.yml:3: stages: the limiter “load-balancer client” lets each client address send 100"
                " requests in 1m, and a load may use 50 % of that: 50; it would get 600 over 3 addresses;"
                " 13 addresses would do; client.addresses of the environment gives 32,767;"
                " or at most 2.4/s"
            ],
        ),
        (
            STAGES.replace("10/s", "1000/s"),
            environment(front=FRONT).replace("127.64.0.0/16", "127.64.0.0/24"),
            [
                "scenario.yml:3: stages: the limiter “load-balancer client” lets each client address send 100"
                " requests in 1m; it would get 60,000 over 254 addresses; 613 addresses would do;"
                " client.addresses of the environment gives 254; or at most 414.86/s"
            ],
        ),
        (
            STAGES,
            environment("{minute: 300, by: service}"),
            [
                "scenario.yml:3: stages: the limiter “gateway users api 60s everybody” lets all clients"
                " together send 300 requests in 1m; it would get 600; nothing to spread over: its budget"
                " belongs to nobody in particular; or at most 5/s"
            ],
        ),
        (
            STAGES,
            environment("{minute: 300, by: consumer}"),
            [
                "scenario.yml:3: stages: the limiter “gateway users api 60s consumer” lets all tokens"
                " together send 300 requests in 1m; it would get 600; nothing to spread over: all tokens of a"
                " load are one consumer's; or at most 5/s"
            ],
        ),
        (
            STAGES,
            environment("{minute: 100, by: header, header: X-Shop}"),
            [
                "scenario.yml:3: stages: the limiter “gateway users api 60s header X-Shop” lets each value of"
                " header X-Shop send 100 requests in 1m; it would get 600 over 4 values; 7 values would do;"
                " or at most 6.53/s"
            ],
        ),
        (
            STAGES,
            environment("{minute: 1}", safety="staging"),
            [
                "scenario.yml:3: stages: the limiter “gateway users api 60s client” lets each client address"
                " send 1 request in 1m, and a load may use 50 % of that: 0; it would get 600 over 32,767"
                " addresses; no number of them makes room: less at once, or another place that this limiter"
                " does not guard"
            ],
        ),
    ],
)  # fmt: skip
def test_a_load_that_would_run_into_a_limiter_is_refused_with_what_would_do(refused, scenario, stack, said):
    assert refused(scenario, stack) == said


def test_several_limiters_by_address_are_told_by_the_strictest_and_all_others_by_themselves(refused):
    declared = environment("{minute: 60, hour: 100}", front=FRONT).replace("client:", "#")
    (line,) = refused(STAGES, declared)
    assert "“gateway users api 3600s client”" in line
    assert "it would get 3,000 over 1 address (2 more limiters would too)" in line


def test_tenants_take_turns_so_their_header_spreads_a_load(planned):
    assert planned(STAGES, environment("{minute: 160, by: header, header: X-Shop}"))


def test_a_column_of_the_data_spreads_a_load_by_its_most_frequent_value(planned, refused, tmp_path):
    (tmp_path / "t.csv").write_text("key\n" + "\n".join(["one", "one", *"abcdefgh"]) + "\n")
    mix = "data: {t: t.csv}\nmix: [{path: /api/users, data: t, anonymous: true, headers: {X-Key: 'k-{key}'}}]"
    assert planned(STAGES + mix, environment("{minute: 125, by: header, header: X-Key}"))
    (line,) = refused(STAGES + mix, environment("{minute: 100, by: header, header: X-Key}"))
    assert "it would get 600 over 5 values; 7 values would do" in line


def test_a_share_of_the_mix_takes_its_share_of_the_limiter(planned):
    """Half of the arrivals pass no limiter; chance may send an address more than half."""
    declared = environment("{minute: 100}", safety="staging")
    declared = declared.replace("routes: [", "routes: [{path: /api/open, service: users}, ")
    fast = STAGES.replace("10/s", "100/s")
    half = fast + "mix: [{route: /api/open}, {route: /api/users}]"
    assert 60 < len(planned(half, declared).identities) < 125
    assert len(planned(fast + "mix: [{route: /api/users}]", declared).identities) == 125


def test_steps_of_a_journey_all_cost(refused):
    steps = "[{name: one, path: /api/users}, {name: two, path: /api/users}]"
    mix = f"mix: [{{name: visit, anonymous: true, steps: {steps}}}]"
    (line,) = refused(STAGES + mix, environment(front=FRONT).replace("client:", "#"))
    assert "it would get 1,200 over 1 address" in line


def test_a_search_is_refused_for_its_last_step_before_its_first(refused):
    search = "name: a\narrivals: uniform\nbreakpoint: {from: 1/s, to: 1000/s, each: 20s, warm_up: 10s}"
    declared = environment(front=FRONT).replace("127.64.0.0/16", "127.64.0.0/25")
    (line,) = refused(search, declared)
    assert "it would get 30,600 over 126 addresses; 313 addresses would do" in line


def test_where_addresses_may_be_too_few_in_the_file_that_is_told(refused):
    (line,) = refused(STAGES + "identities: 300", environment().replace("127.64.0.0/16", "127.64.0.0/24"))
    assert line == (
        "scenario.yml:4: identities: 300 addresses, and in the environment shop client.addresses"
        " (127.64.0.0/24) has 254; at most 254"
    )
    (line,) = refused(STAGES + "identities: 300", environment().replace("client:", "#"))
    assert line == (
        "scenario.yml:4: identities: 300 addresses, and in the environment shop there is no client.addresses"
    )


def test_an_address_that_this_machine_does_not_have_is_told(refused):
    declared = environment(front=FRONT).replace("127.64.0.0/16", "192.0.2.0/24")
    (line,) = refused(STAGES, declared)
    assert "this machine has no address 192.0.2." in line


def test_the_plan_tells_what_it_takes_of_each_limiter(planned):
    made = planned(STAGES, environment("{minute: 100, hour: 5000}", front=FRONT, safety="staging"))
    assert [limiter.model_dump() for limiter in made.limiters] == [
        {
            "name": "load-balancer client", "by": "address", "window": 60, "allowed": 50, "requests": 600,
            "keys": 13,
        },
        {
            "name": "gateway users api 60s client", "by": "address", "window": 60, "allowed": 50,
            "requests": 600, "keys": 13,
        },
        {
            "name": "gateway users api 3600s client", "by": "address", "window": 3600, "allowed": 2500,
            "requests": 3000, "keys": 13,
        },
    ]  # fmt: skip
