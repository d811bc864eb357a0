"""Reading declarative files: what is nested or flat means the same, and nothing breaks the reader."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.problems import DeclarativeError, Problem, lua
from atalaia.systems.kong.routing import Router

NESTED = """
_format_version: "3.0"
services:
- name: s
  url: http://127.0.0.1:3001/base
  plugins: [{name: cors}]
  routes:
  - name: r
    paths: [/a]
    plugins: [{name: rate-limiting, config: {minute: 5}}]
consumers:
- username: alice
  jwt_secrets: [{key: alice, secret: hush}]
upstreams:
- name: pool
  targets: [{target: 127.0.0.1}]
"""
FLAT = """
_format_version: "3.0"
services: [{name: s, protocol: http, host: 127.0.0.1, port: 3001, path: /base}]
routes: [{name: r, paths: [/a], service: s}]
plugins:
- {name: cors, service: s}
- {name: rate-limiting, route: {name: r}, config: {minute: 5}}
consumers: [{username: alice}]
jwt_secrets: [{consumer: alice, key: alice, secret: hush}]
upstreams: [{name: pool}]
targets: [{upstream: pool, target: "127.0.0.1:8000"}]
"""


def test_nested_and_flat_files_mean_the_same() -> None:
    nested, flat = load(NESTED), load(FLAT)
    assert (nested.services, nested.routes, nested.consumers) == (flat.services, flat.routes, flat.consumers)
    for plugins in (nested.plugins, flat.plugins):
        scopes = {plugin.name: (plugin.service, plugin.route) for plugin in plugins}
        assert scopes == {"cors": (flat.services[0].id, None), "rate-limiting": (None, flat.routes[0].id)}
    assert nested.credentials[0].consumer == flat.credentials[0].consumer == flat.consumers[0].id
    assert nested.targets[0].target == flat.targets[0].target == "127.0.0.1:8000"


def test_ids_are_those_that_kong_makes_from_names() -> None:
    loaded = load('{_format_version: "3.0", services: [{name: misc, host: h}], consumers: [{username: bob}]}')
    assert loaded.services[0].id == "daa8f977-2db9-53b8-b5ab-a3bba3cb6b5d"
    assert loaded.consumers[0].id == "def4f7d3-9863-5ad2-8fa9-c949bf26f55e"


def test_every_fault_is_told_with_its_place_and_no_secret() -> None:
    with pytest.raises(DeclarativeError) as caught:
        load(
            '{_format_version: "3.0", x: 1, services: [{name: s, hots: h, url: "http://u:hush@h", port: x}]}'
        )
    told = str(caught.value)
    assert {str(problem) for problem in caught.value.problems} >= {
        "x: unknown field",
        "services[0].hots: unknown field",
    }
    assert "hush" not in told


def test_a_key_that_is_declared_twice_is_quoted_to_kongs_client_only() -> None:
    key = "{keyauth_credentials: [{key: hush}]"
    with pytest.raises(DeclarativeError) as caught:
        load(f'{{_format_version: "3.0", consumers: [{key}, username: a}}, {key}, username: b}}]}}')
    assert "hush" in caught.value.document["message"]
    assert "hush" not in str(caught.value)


def test_an_anchor_may_be_used_again() -> None:
    loaded = load(
        '{_format_version: "3.0", services: [{name: a, host: h, plugins: &p [{name: cors}]},'
        " {name: b, host: h, plugins: *p}]}"
    )
    assert len({plugin.id for plugin in loaded.plugins}) == 2


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "&a {a: *a}",
        "\n".join(["a0: &a0 [x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30))]),
        "[" * 200_000,
        "{_format_version: '3.0', services: " + "[" * 200 + "]" * 200 + "}",
        "!!python/object/apply:os.system [id]",
        "\x00",
        "a: 0x_",
        "a: 1:99:99",
        "? [a]: b",
    ],
    ids=[
        "itself",
        "itself 2",
        "bomb",
        "deep",
        "deep and closed",
        "tag",
        "nul",
        "number",
        "sexagesimal",
        "key",
    ],
)
def test_hostile_yaml_is_refused_in_words(text: str) -> None:
    with pytest.raises(DeclarativeError):
        load(text)


def test_dates_and_versions_stay_text() -> None:
    loaded = load('{_format_version: "3.0", services: [{name: 2001-01-01, host: h}]}')
    assert loaded.services[0].name == "2001-01-01"


def test_lua_writes_lists_with_gaps_by_position() -> None:
    assert lua({"a": [None, 'x"y'], "@entity": ["z"]}) == '{["@entity"]={"z"},a={[2]="x\\"y"}}'


def test_faults_below_a_fault_are_hidden_by_it() -> None:
    refused = DeclarativeError([Problem(("a",), "one"), Problem(("a", 0, "b"), "two"), Problem((), "three")])
    assert refused.fields == {"a": "one", "error": "three"}


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 70000), st.floats(allow_nan=False), st.text(max_size=8),
    st.sampled_from(["http", "GET", "/a", "~/a", "~/(", "cors", "rate-limiting", "3.0", "127.0.0.1:80", "*"]),
)  # fmt: skip
NAMES = st.sampled_from(
    [
        "_format_version",
        "services",
        "routes",
        "plugins",
        "consumers",
        "upstreams",
        "targets",
        "name",
        "url",
        "host",
        "port",
        "protocols",
        "paths",
        "methods",
        "hosts",
        "headers",
        "config",
        "minute",
        "hour",
        "origins",
        "service",
        "route",
        "jwt_secrets",
        "key",
        "tags",
        "username",
        "target",
        "healthchecks",
        "add",
        "id",
        "snis",
        "allow",
    ]
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | SCALARS, inner, max_size=4),
    max_leaves=8,
)


def entities(fields: str, **children: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Lists of what looks like an entity, with anything in its fields."""
    known = dict.fromkeys(fields.split(), ANYTHING) | children
    return st.lists(st.fixed_dictionaries({}, optional=known) | ANYTHING, max_size=3)


PLUGINS = entities(
    "config service route consumer protocols enabled tags id",
    name=st.sampled_from(["cors", "rate-limiting", "ip-restriction", "response-transformer", "zipkin"]),
)
ROUTES = entities(
    "name paths hosts methods headers protocols snis strip_path regex_priority service id",
    plugins=PLUGINS,
)
DOCUMENTS = st.fixed_dictionaries(
    {"_format_version": st.sampled_from(["1.1", "2.1", "3.0"])},
    optional={
        "services": entities("name url host port path protocol tags", routes=ROUTES, plugins=PLUGINS),
        "routes": ROUTES,
        "plugins": PLUGINS,
        "consumers": entities("username custom_id jwt_secrets acls keyauth_credentials", plugins=PLUGINS),
        "upstreams": entities("name healthchecks algorithm", targets=entities("target weight upstream")),
        "targets": entities("target weight upstream"),
        "x": ANYTHING,
    },
)


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_no_document_makes_the_model_raise_anything_but_its_own_error(document: dict[str, object]) -> None:
    text = yaml.safe_dump(document, allow_unicode=True)
    try:
        loaded = load(text)
    except DeclarativeError as refused:
        told = refused.document
        assert told["fields"]
    else:
        assert loaded.format_version == document["_format_version"]
        Router(loaded).match("GET", "/a?b", "127.0.0.1:80", {"x": ["y"]})
