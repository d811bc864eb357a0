"""A declarative file as a given: every entity, field and fault has its line."""

from __future__ import annotations

import pytest

from atalaia.environment import Environment
from atalaia.environment.gateway_file import GatewayFile
from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.given import Given, from_admin, given, given_of

FILE = """\
_format_version: "3.0"
services:
- name: a
  url: http://a:3001
  plugins: &shared
  - name: cors
    config:
      origins:
      - https://app.example.com
  routes:
  - name: ra
    paths: [/a,
            /b]
- {name: b, host: b, plugins: *shared}
upstreams:
- &pool
  name: pool.one
  healthchecks: {active: {healthy: {interval: 5}}}
  targets: [{target: "10.0.0.1:80"}]
- <<: *pool
  name: pool.two
plugins:
- name: prometheus
"""
GIVEN = given(FILE, "kong/kong.yml")


def line(given: Given, name: str, *fields: str | int) -> str:
    """The line of the entity with this name."""
    of = given.configuration
    assert of is not None
    (found,) = [
        it for it in (*of.services, *of.routes, *of.upstreams, *of.plugins)
        if it.name == name and (name != "cors" or getattr(it, "service", None) == of.services[0].id)
    ]  # fmt: skip
    return given.line(found, *fields)


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("a", (), 3),
        ("a", ("url",), 4),
        ("a", ("host",), 4),  # a part of its url
        ("a", ("read_timeout",), 3),  # a default: the entity
        ("ra", ("paths", 1), 13),  # nested, within a list over two lines
        ("cors", ("config", "origins", 0), 9),
        ("cors", ("config", "credentials"), 7),  # the innermost part that is there
        ("b", ("host",), 14),
        ("b", ("plugins", 0, "name"), 6),  # an alias: where its text stands
        ("pool.two", ("healthchecks", "active"), 18),  # merged
        ("pool.two", ("name",), 21),  # its own before what is merged
        ("prometheus", (), 23),
    ],
)
def test_an_entity_and_its_fields_have_their_lines(
    name: str, fields: tuple[str | int, ...], expected: int
) -> None:
    assert line(GIVEN, name, *fields) == f"kong/kong.yml:{expected}"


def test_every_entity_knows_its_place() -> None:
    of = GIVEN.configuration
    assert of is not None
    entities = (*of.services, *of.routes, *of.plugins, *of.upstreams, *of.targets)
    assert {it.id for it in entities} == of.places.keys()
    assert of.places[of.routes[0].id] == ("services", 0, "routes", 0)


def test_live_entities_stand_in_the_admin_api() -> None:
    of = GIVEN.configuration
    assert of is not None
    live = from_admin(of, "http://localhost:8001")
    assert line(live, "ra", "paths") == "/routes/ra"
    assert line(live, "prometheus") == f"/plugins/{of.plugins[-1].id}"
    assert live.router.match("GET", "/a", "h", {}) is not None


def test_what_is_wrong_is_told_all_at_once_with_its_lines_and_without_secrets() -> None:
    refused = given(
        """\
_format_version: "3.0"
services:
- name: s
  url: htp://u:hush@x
- name: t
  host: h
  routes:
  - {name: r, paths: [a]}
  plugins:
  - name: rate-limiting
    config: {minuet: 5}
x: 1
""",
        "kong.yml",
    )
    assert refused.problems == (
        "kong.yml:4: services[0].protocol: expected one of: grpc, grpcs, http, https, tcp, tls, "
        "tls_passthrough, udp",
        "kong.yml:8: services[1].routes[0].paths[0]: should start with: / (fixed path) or ~/ (regex path)",
        "kong.yml:10: services[1].plugins[0].@entity: at least one of these fields must be non-empty: "
        "'config.second', 'config.minute', 'config.hour', 'config.day', 'config.month', 'config.year'",
        "kong.yml:11: services[1].plugins[0].config.minuet: unknown field",
        "kong.yml:12: x: unknown field",
    )
    assert refused.configuration is None
    with pytest.raises(ValueError, match="refuses"):
        _ = refused.router


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:\n\t- b\n", "k:2: failed parsing declarative configuration: 1:1: found character that cannot "),
        ("", "k:1: failed parsing declarative configuration: expected an object"),
        (
            "_format_version: '3.0'\nroutes:\n- name: r\n  paths: [/a]\n  service: nope\n",
            "k:5: routes[0].service: invalid reference 'service: nope' (no such entry in 'services')",
        ),
        (
            "_format_version: '3.0'\nservices:\n- {name: s, host: a}\n- {name: s, host: b}\n",
            "k:4: services[1]: uniqueness violation: 'services' entity with name set to 's' already declared",
        ),
    ],
)
def test_a_fault_that_kong_places_elsewhere_has_its_line_all_the_same(text: str, told: str) -> None:
    (problem,) = given(text, "k").problems
    assert problem.startswith(told)


def test_only_the_first_document_counts_as_in_kong() -> None:
    assert load("{_format_version: '3.0', services: [{name: s, host: h}]}\n---\nx: [").services[0].name == "s"


def test_a_file_is_read_once_and_an_environment_without_one_gives_nothing() -> None:
    once = given(FILE, "kong/kong.yml")
    assert given(FILE, "kong/kong.yml") is once
    environment = Environment(name="e")
    assert given_of(environment) is None
    assert given_of(environment.completed(GatewayFile(FILE, "kong/kong.yml"))) is once


def test_a_plugins_setting_is_not_quoted_to_people() -> None:
    text = "config: {add: {headers: [Authorization Bearer hush]}}"
    refused = given(f"{{_format_version: '3.0', plugins: [{{name: request-transformer, {text}}}]}}", "k")
    assert refused.problems == ("k:1: plugins[0].config.add.headers[0]: invalid value",)
    assert refused.refusal is not None
    assert "invalid value: Authorization Bearer hush" in refused.refusal.document["message"]
    assert "hush" not in str(refused.refusal)
