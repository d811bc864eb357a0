"""What arrivals do: samples of routes, own requests and journeys, those of probes; tokens and tenants."""

from __future__ import annotations

from itertools import pairwise

import jwt
import pytest

from loadtests.plan import LoadPlan, Table
from loadtests.scenario import plan

STEADY = "name: a\nstages: [{rate: 10/s, for: 1h}]\n"
SECRET = "32-bytes-that-nobody-would-ever-guess"
STACK = f"""
name: shop
safety: sandbox
gateway: {{nodes: [{{proxy: "http://gate:8000", admin: "http://gate:8001"}}]}}
services: {{users: {{url: "http://users:3001"}}, login: {{url: "http://login:3002"}}}}
cors: {{app: {{origins: ["https://app.example"]}}}}
route_classes:
  api: {{limit: {{minute: 1000000}}, authentication: jwt, cors: app}}
  auth: {{limit: {{minute: 50000}}}}
  open: {{}}
routes:
  - {{path: /users, service: users, class: api, sample: {{path: "/users?page=1", headers: {{X-A: b}}}}}}
  - {{path: /users/new, service: users, class: api, sample: {{method: POST, json: {{names: [a, {{b: 1}}]}}}}}}
  - {{path: /login, service: login, class: auth}}
  - {{path: /health, service: users, class: open, methods: [GET]}}
  - {{path: /health, service: login, class: open, methods: [POST], sample: {{method: POST}}}}
authentication:
  jwt:
    secret: {SECRET}
    claims: {{iss: shop}}
    tenants: [north, south]
    tenant_claim: branch
    tenant_header: X-Branch
    access_token: 15m
  key: {{}}
probes:
  add:
    - name: booking
      kind: journey
      at: kong-1-proxy
      bearer: jwt
      steps:
        - name: make
          method: POST
          path: /users
          json: {{a: 1}}
          save: {{id: /data/id}}
          expect: {{status: [201], headers: {{X-B: "^c"}}, body: "a+", json: {{/data/ok: true}}, latency: 1s}}
        - {{name: undo, method: DELETE, path: "/users/{{id}}", always: true}}
    - {{name: elsewhere, kind: journey, url: "http://other", steps: [{{name: one, path: /a}}]}}
"""


def table_of(plan: LoadPlan, entry: int = 0) -> Table:
    name = plan.entries[entry].data
    assert name is not None
    return plan.tables[name]


def claims(token: str) -> dict[str, object]:
    return jwt.decode(token, SECRET, algorithms=["HS256"])


def test_by_default_it_is_every_route_whose_sample_reads_but_for_what_clients_ask_for_rarely(planned):
    plan = planned(STEADY, STACK)
    assert [(entry.name, entry.weight) for entry in plan.entries] == [("/users", 1), ("GET /health", 1)]


def test_a_services_own_routes_or_its_health_document_are_the_default_there(planned):
    assert [entry.name for entry in planned(STEADY + "at: users", STACK).entries] == ["/users", "GET /health"]
    alone = 'name: shop\nsafety: sandbox\nservices: {users: {url: "http://u", health: /up}}'
    assert [entry.name for entry in planned(STEADY, alone).entries] == ["GET /up"]


def test_without_anything_to_send_that_is_told(refused):
    alone = 'name: shop\nsafety: sandbox\nservices: {users: {url: "http://u", health: null}}'
    assert refused(STEADY, alone) == [
        "scenario.yml:1: no mix, and the environment shop declares no routes to users that read;"
        " mix: what arrivals do, such as - {path: /health}"
    ]


def test_a_route_is_its_sample_with_a_token_and_its_tenant_for_every_tenant_in_turn(planned):
    plan = planned(STEADY + "mix: [{route: /users, weight: 3}]", STACK)
    (entry,) = plan.entries
    (request,) = entry.requests
    assert entry.weight == 3
    assert (request.name, request.method, request.path) == ("/users", "GET", "/users?page=1")
    assert dict(request.headers) == {
        "X-A": "b",
        "Origin": "https://app.example",
        "Authorization": "Bearer {atalaia-token}",
        "X-Branch": "{atalaia-tenant}",
    }
    table = table_of(plan)
    assert table.columns == ("atalaia-token", "atalaia-tenant")
    assert [(claims(token)["branch"], tenant) for token, tenant in table.rows] == [
        ("north", "north"), ("south", "south"),
    ]  # fmt: skip


def test_a_token_that_is_made_lasts_for_the_whole_load(planned):
    for token, _ in table_of(planned(STEADY + "mix: [{route: /users}]", STACK)).rows:
        told = claims(token)
        assert int(told["exp"]) - int(told["iat"]) >= 3600


def test_a_sample_with_a_body_is_sent_with_it(planned):
    (request,) = planned(STEADY + "mix: [{route: /users/new}]", STACK).entries[0].requests
    assert request.method == "POST"
    assert request.body == {"names": ["a", {"b": 1}]}
    assert dict(request.headers)["Content-Type"] == "application/json"


def test_a_route_without_its_token(planned):
    plan = planned(
        STEADY + "mix: [{route: /users, anonymous: true, expect: {status: [401], body: no}}]", STACK
    )
    (request,) = plan.entries[0].requests
    assert "Authorization" not in dict(request.headers)
    assert plan.tables == {}
    assert request.expected.statuses == (401,)
    assert request.expected.contains == "no"


def test_several_routes_with_one_path_are_told_apart_by_the_method(planned):
    plan = planned(STEADY + "mix: [{route: GET /health}, {route: POST /health}]", STACK)
    assert [entry.requests[0].method for entry in plan.entries] == ["GET", "POST"]


def test_an_own_request_takes_the_token_of_the_route_that_serves_it_and_rows_of_its_data(planned, tmp_path):
    (tmp_path / "u.csv").write_text("id\n1\n2\n3\n")
    plan = planned(
        STEADY
        + "data: {u: u.csv}\n"
        + 'mix: [{path: "/users/{id}", data: u, headers: {X-N: "{id}"}, json: {a: "{id}"}, method: PUT}]',
        STACK,
    )
    (request,) = plan.entries[0].requests
    assert request.name == "PUT /users/{id}"
    assert request.path == "/users/{id}"
    assert request.body == {"a": "{id}"}
    assert dict(request.headers) == {
        "Content-Type": "application/json",
        "X-N": "{id}",
        "Authorization": "Bearer {atalaia-token}",
        "X-Branch": "{atalaia-tenant}",
    }
    table = table_of(plan)
    assert table.columns == ("id", "atalaia-token", "atalaia-tenant")
    assert [(row[0], row[2]) for row in table.rows] == [
        ("1", "north"), ("2", "south"), ("3", "north"), ("1", "south"), ("2", "north"), ("3", "south"),
    ]  # fmt: skip


def test_the_name_of_a_request_leaves_its_query_out(planned):
    plan = planned(STEADY + 'mix: [{path: "/open?key=secret"}, {name: mine, path: /open}]', STACK)
    assert [entry.name for entry in plan.entries] == ["GET /open", "mine"]


def test_the_name_of_a_request_tells_no_value_of_a_variable(loaded, declared):
    scenario = loaded(STEADY + 'mix: [{path: "/share/${KEY}"}]', KEY="s3cret-key")
    (entry,) = plan(scenario, declared(STACK)).entries
    assert entry.name == "GET /share/[redacted]"
    assert entry.requests[0].path == "/share/s3cret-key"


def test_a_request_that_names_its_tenant_goes_as_the_first_one_that_tokens_are_for(planned):
    plan = planned(STEADY + "mix: [{path: /users, headers: {x-branch: north}}]", STACK)
    assert dict(plan.entries[0].requests[0].headers) == {
        "x-branch": "north", "Authorization": "Bearer {atalaia-token}",
    }  # fmt: skip
    (row,) = table_of(plan).rows
    assert claims(row[0])["branch"] == "north"


def test_a_request_that_brings_its_own_token_is_left_as_it_is(planned):
    plan = planned(STEADY + "mix: [{path: /users, headers: {authorization: Bearer mine}}]", STACK)
    assert plan.entries[0].requests[0].headers == (("authorization", "Bearer mine"),)
    assert plan.tables == {}


def test_a_token_may_be_asked_for_where_no_route_wants_one(planned):
    plan = planned(STEADY + "at: users\nmix: [{path: /internal, bearer: jwt}]", STACK)
    assert "Authorization" in dict(plan.entries[0].requests[0].headers)


def test_steps_of_an_own_journey_have_one_tenant_and_carry_values(planned):
    plan = planned(
        STEADY
        + """
mix:
  - name: visit
    steps:
      - {name: see, path: /users, save: {id: /data/0/id}, expect: {status: [200]}}
      - {name: open, path: /open}
      - {name: undo, path: "/users/{id}", method: DELETE, always: true}
""",
        STACK,
    )
    see, opened, undo = plan.entries[0].requests
    assert [request.name for request in (see, opened, undo)] == ["visit/see", "visit/open", "visit/undo"]
    assert see.saves == (("id", "/data/0/id"),)
    assert undo.always
    assert "X-Branch" in dict(see.headers)
    assert opened.headers == ()
    assert len(table_of(plan).rows) == 2


def test_a_probes_journey_is_as_its_probe_takes_it_but_for_times(planned):
    plan = planned(STEADY + "mix: [{journey: booking}]", STACK)
    make, undo = plan.entries[0].requests
    assert make.name == "booking/make"
    assert dict(make.headers) == {
        "Content-Type": "application/json", "Authorization": "Bearer {atalaia-token}",
    }  # fmt: skip
    assert make.expected.model_dump() == {
        "statuses": (201,), "contains": None, "matches": "a+", "headers": (("X-B", "^c"),),
        "values": (("/data/ok", True),),
    }  # fmt: skip
    assert undo.path == "/users/{id}"
    assert len(table_of(plan).rows) == 1


@pytest.mark.parametrize(
    ("mix", "said"),
    [
        (
            "{route: /user}",
            "mix[0].route: no such route in the environment shop; there are: /users, /users/new, /login,"
            " GET /health, POST /health; did you mean /users?",
        ),
        (
            "{route: /health}",
            "mix[0].route: several routes have this path in the environment shop; there are: GET /health,"
            " POST /health",
        ),
        (
            "{journey: bookings}",
            "mix[0].journey: no such journey among the probes of the environment shop; there are: booking,"
            " elsewhere; did you mean booking?",
        ),
        (
            "{journey: elsewhere}",
            "mix[0].journey: the journey is for an address of its own, and the load goes to kong-1-proxy;"
            " all of"
            " a load test goes to one address, `at`",
        ),
        (
            "{path: /a, bearer: jtw}",
            "mix[0].bearer: no such scheme under authentication of the environment shop; declared: jwt, key;"
            " did you mean jwt?",
        ),
        (
            "{path: /a, bearer: key}",
            "mix[0]: it takes a token, and authentication.key of the environment tells no way to one;"
            " declare its"
            " secret or its login, or send the request with `anonymous: true`",
        ),
    ],
)  # fmt: skip
def test_entries_that_lead_nowhere(refused, mix, said):
    assert refused(STEADY + f"mix: [{mix}]", STACK) == [f"scenario.yml:3: {said}"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{path: //evil.example/x}", "the path cannot be sent; it begins with one /"),
        (
            '{path: /a, headers: {"X A": b}}',
            "the name of a header cannot be sent; letters, digits and hyphens",
        ),
        (
            '{path: /a, headers: {X-A: "s3cret\\r\\nX-B: 1"}}',
            "the header X-A cannot be sent; signs of ASCII in one line",
        ),
        (
            "{name: v, steps: [{name: a, path: /a, headers: {X-A: s3crét}}]}",
            "the header X-A cannot be sent; signs of ASCII in one line",
        ),
    ],
)
def test_what_no_request_can_hold_is_told_before_any_is_sent(refused, entry, said):
    assert refused(STEADY + f"mix: [{entry}]", STACK) == [f"scenario.yml:3: mix[0]: {said}"]


def test_a_route_of_another_service_cannot_be_sent_to_this_one(refused):
    assert refused(STEADY + "at: users\nmix: [{route: /login}]", STACK) == [
        "scenario.yml:4: mix[0].route: a route of login, and the load goes to users itself; its routes, or"
        " `at: load-balancer`"
    ]


def test_what_is_wrong_with_several_entries_is_told_in_one_go(refused):
    assert len(refused(STEADY + "mix: [{route: /a}, {journey: b}, {path: /a, bearer: c}]", STACK)) == 3


def test_stages_of_a_plan_follow_one_another(planned):
    plan = planned(
        STEADY.replace("[{", "[{warm_up: true, from: 0/s, to: 10/s, for: 5s}, {"),
        STACK,
    )
    for before, after in pairwise(plan.stages):
        assert after.begins == before.begins + before.lasts
    assert [stage.measured for stage in plan.stages] == [False, True]
