"""A good file becomes the environment that its author meant."""

from __future__ import annotations

import copy
import pickle
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from atalaia.environment import Effect, Environment, Safety
from atalaia.environment.loader import load
from atalaia.errors import UsageError


@pytest.fixture
def loaded(tmp_path):
    def load_text(text: str, **variables: str) -> Environment:
        path = tmp_path / "env.yml"
        path.write_text(text)
        return load(path, variables)

    return load_text


def refused(loaded, text: str, **variables: str) -> str:
    with pytest.raises(UsageError) as caught:
        loaded(text, **variables)
    return str(caught.value)


def test_the_smallest_file_is_a_production_environment_that_declares_nothing(loaded, tmp_path):
    environment = loaded("name: shop")
    assert environment.safety is Safety.PRODUCTION
    assert not environment.allows(Effect.SPENDS)
    assert environment.limiter_share == 0.1
    assert environment.services == {}
    assert environment.file == tmp_path / "env.yml"


def test_variables_are_filled_in_wherever_a_text_stands(loaded):
    environment = loaded(
        """
        name: shop-${STAGE}
        safety: ${SAFETY:-staging}
        services:
          auth-service:
            {url: "http://${HOST}:${PORT:-3001}", response_time: "${LIMIT}", depends_on: ["${STORE}"]}
        stores:
          redis: {url: "redis://cache", password: "${PASSWORD}"}
        slo: {availability: "${AVAILABILITY}"}
        """,
        STAGE="two", HOST="auth", LIMIT="200ms", PASSWORD="s3cret", AVAILABILITY="99.5%", STORE="redis",
    )  # fmt: skip
    assert environment.name == "shop-two"
    assert environment.safety is Safety.STAGING
    assert str(environment.services["auth-service"].url) == "http://auth:3001"
    assert environment.services["auth-service"].response_time == timedelta(milliseconds=200)
    assert environment.slo.availability == 0.995
    assert environment.stores.redis is not None
    assert environment.stores.redis.password is not None
    assert environment.stores.redis.password.get_secret_value() == "s3cret"


@pytest.mark.parametrize("quote", ["", '"'])
def test_numbers_and_truth_values_may_come_from_variables_quoted_or_not(loaded, quote):
    environment = loaded(
        f"""
        name: shop
        load_balancer:
          url: "http://localhost"
          limit: {{requests: {quote or '"'}${{LIMIT}}{quote or '"'}, window: 60s}}
        load:
          allowed: {quote}${{LOAD}}{quote}
        """,
        LIMIT="250",
        LOAD="true",
    )
    assert environment.load_balancer is not None
    assert environment.load_balancer.limit is not None
    assert environment.load_balancer.limit.requests == 250
    assert environment.load.allowed is True


@pytest.mark.parametrize(
    "value", ["12345678", "0123", "1e5", "true", "null", "2027-01-31", "~", "[x]", "a: b", "# x"]
)
def test_a_password_of_a_variable_is_what_the_variable_says(loaded, value):
    environment = loaded(
        'name: shop\nstores: {redis: {url: "redis://cache", password: "${PASSWORD}"}}', PASSWORD=value
    )
    assert value in environment.secrets()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("$${NAME}", "${NAME}"), ("$NAME", "$NAME"), ("${NAME:-}x", "x"), ("${NAME:-a:-b}", "a:-b"),
        ("${EMPTY:-default}", "default"), ("${SET:-default}", "set"), ("${SET}${SET}", "setset"),
        ("${LOOKS}", "${SET}"), ("$", "$"), ("}", "}"), ("${NAME:-$1}", "$1"),
    ],
)  # fmt: skip
def test_a_reference_is_filled_in_once_and_only_where_it_is_one(loaded, written, meant):
    environment = loaded(f"name: shop\nstand_ins: ['{written}']", SET="set", EMPTY="", LOOKS="${SET}")
    assert environment.stand_ins == (meant,)


@pytest.mark.parametrize(
    "written", ["${", "${}", "${1A}", "${A-b}", "${A:?b}", "${A B}", "${A:-${B}}", "${A"]
)
def test_a_reference_that_is_none_is_a_fault(loaded, written):
    told = refused(loaded, f"name: shop\nstand_ins: ['{written}']", A="a", B="b")
    assert "env.yml:2: stand_ins[0]: ${ without a variable" in told


def test_a_variable_that_is_no_text_is_a_fault(loaded):
    told = refused(
        loaded, 'name: shop\nstand_ins: ["${BYTES}"]', BYTES=b"\xff\xfe".decode(errors="surrogateescape")
    )
    assert told.endswith("env.yml:2: stand_ins[0]: variable BYTES holds bytes that are not UTF-8 text")


@pytest.mark.parametrize(
    "word", ["yes", "no", "on", "off", "y", "n", "1:30", "010", "0x10", "1_000", "2027-01-31", "1e3"]
)
def test_a_word_that_yaml_1_1_would_make_something_else_stays_a_text(loaded, word):
    assert loaded(f"name: shop\nstand_ins: [{word}]").stand_ins == (word,)


@pytest.mark.parametrize("word", ["yes", "on", "1", "TRUEISH"])
def test_only_true_and_false_are_truth_values(loaded, word):
    assert "true or false" in refused(loaded, f"name: shop\nload: {{allowed: {word}}}")


def test_a_date_is_a_day(loaded):
    accepted = loaded(
        "name: shop\naccepted: [{check: a.b, target: t, reason: r, until: 2027-01-31}]"
    ).accepted
    assert accepted[0].until == date(2027, 1, 31)


def test_files_are_found_from_the_environment_file(loaded, tmp_path):
    (tmp_path / "kong").mkdir()
    (tmp_path / "kong" / "kong.yml").write_text("")
    environment = loaded(
        'name: shop\ngateway: {nodes: [{proxy: "http://a", admin: "http://b"}], declarative: kong/kong.yml}'
    )
    assert environment.gateway is not None
    assert environment.gateway.declarative == tmp_path / "kong" / "kong.yml"


def test_a_byte_order_mark_and_carriage_returns_are_no_fault(tmp_path):
    path = tmp_path / "env.yml"
    path.write_bytes(b"\xef\xbb\xbfname: shop\r\nsafety: staging\r\n")
    assert load(path, {}).safety is Safety.STAGING


def test_anchors_and_merge_keys_save_words(loaded):
    environment = loaded(
        """
        name: shop
        services:
          auth-service: &service {url: "http://auth", metrics: /metrics, depends_on: &needs []}
          user-service: {<<: *service, url: "http://user"}
          chat-service: {url: "http://chat", depends_on: *needs, <<: [{health: /up}, *service]}
        """
    )
    user, chat = environment.services["user-service"], environment.services["chat-service"]
    assert (str(user.url), user.metrics) == ("http://user", "/metrics")
    assert (str(chat.url), chat.metrics, chat.health) == ("http://chat", "/metrics", "/up")


def test_a_fault_in_what_is_merged_is_told_at_its_line(loaded):
    told = refused(loaded, 'name: shop\nservices:\n  a: &a {url: "http://a", helth: /x}\n  b: {<<: *a}')
    assert [line.split(" ", 2)[0].rsplit("/", 1)[1] for line in told.splitlines()] == [
        "env.yml:3:",
        "env.yml:3:",
    ]


def test_sections_that_say_nothing_may_stand_there(loaded):
    assert loaded("name: shop\nprometheus:\ngrafana: ~").prometheus is None


def test_secrets_of_every_place_are_known_to_the_redactor(loaded):
    environment = loaded(
        """
        name: shop
        services:
          auth-service: {url: "http://user:p%40ss-1@auth/?key=s3cret-2"}
        stores:
          postgres: {dsn: "postgresql://shop:s3cret-3@db/shop", password: "s3cret-4"}
        authentication:
          jwt:
            secret: "${JWT}"
            login:
              path: /login
              method: POST
              headers: {Authorization: "Bearer s3cret-6", X-Shop: "${SHOP}"}
              json: {email: "${EMAIL}", password: s3cret-9, nested: [{api_key: s3cret-10}], plain: not-secret}
        routes:
          - {path: /x, service: auth-service, sample: {json: ["${BODY:-default}", "a ${DEEP} b"]}}
        """,
        JWT="s3cret-5", SHOP="s3cret-7", EMAIL="s3cret-8@shop.example", DEEP="s3cret-11",
    )  # fmt: skip
    secrets = environment.secrets()
    assert {
        "p@ss-1", "p%40ss-1", "s3cret-2", "s3cret-3", "s3cret-4", "s3cret-5", "s3cret-6", "s3cret-7",
        "s3cret-8@shop.example", "s3cret-9", "s3cret-10", "s3cret-11",
    } <= secrets  # fmt: skip
    assert not {"not-secret", "default", "shop", "user"} & secrets


def test_no_secret_is_in_the_representation_of_an_environment(loaded):
    environment = loaded(
        'name: shop\nstores: {redis: {url: "redis://:s3cret-1@cache", password: "s3cret-2"}}\n'
        'grafana: {url: "http://g", username: admin, password: "s3cret-3"}'
    )
    for text in (
        repr(environment),
        str(environment),
        str(environment.model_dump()),
        environment.model_dump_json(),
    ):
        assert "s3cret" not in text


def test_an_environment_cannot_be_changed(loaded):
    environment = loaded(
        """
        name: shop
        services: {auth-service: {url: "http://auth"}}
        routes: [{path: /x, service: auth-service, sample: {json: {a: [1, {b: 2}]}, headers: {X: y}}}]
        """
    )
    with pytest.raises(ValidationError):
        environment.name = "other"
    with pytest.raises(ValidationError):
        environment.services["auth-service"].url = environment.services["auth-service"].url
    sample = environment.routes[0].sample
    assert sample is not None
    for table in (
        environment.services,
        environment.hosts,
        sample.headers,
        sample.json_body,
        sample.json_body["a"][1],
    ):
        with pytest.raises(TypeError, match="frozen"):
            table["new"] = 1
        with pytest.raises(TypeError, match="frozen"):
            table.clear()
        with pytest.raises(TypeError, match="frozen"):
            table |= {"new": 1}
    assert isinstance(sample.json_body["a"], tuple)
    hash(environment)


def test_a_copy_of_an_environment_is_equal_and_knows_its_secrets(loaded):
    environment = loaded(
        'name: shop\nauthentication: {jwt: {login: {path: /login, headers: {X: "${X}"}}}}\n'
        "hosts: {a.example: 127.0.0.1}",
        X="s3cret",
    )
    for same in (copy.deepcopy(environment), pickle.loads(pickle.dumps(environment))):
        assert same == environment
        assert same.secrets() == {"s3cret"}
        assert same.file == environment.file


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
def test_any_bytes_are_an_environment_or_faults(tmp_path, raw):
    path = tmp_path / "env.yml"
    path.write_bytes(raw)
    with pytest.raises(UsageError):
        load(path, {})


KEYS = st.sampled_from(
    ["name", "services", "gateway", "nodes", "routes", "cors", "stores", "redis", "url", "path", "accepted",
     "a", "<<", "limit", "minute", "slo", "hosts", "depends_on", "sample", "json", "authentication", "client"]
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
        st.sampled_from(["${A}", "${B}", "${", "1s", "50%", "http://a", "redis://a", "/x", "127.0.0.0/8"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(KEYS, VALUES, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_any_yaml_is_an_environment_or_faults(tmp_path, document):
    path: Path = tmp_path / "env.yml"
    path.write_text(yaml.dump(document, allow_unicode=True))
    try:
        environment = load(path, {"A": "x\n'\"", "C": "y"})
    except UsageError:
        return
    assert isinstance(environment, Environment)
