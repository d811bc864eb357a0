"""A gateway's lists against a file: missing, extra, different; ids, dates and defaults are none."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from atalaia.systems.kong import live
from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.drift import Drift, drift
from atalaia.systems.kong.given import given
from atalaia.systems.kong.secrecy import masked, secrets_of
from tests.support.kong_recordings import DECLARATIVE, recordings

FILE = """\
_format_version: "3.0"
services:
- name: users
  url: http://users:3001
  routes:
  - name: users
    paths: [/users]
    methods: [GET, POST]
    plugins:
    - name: rate-limiting
      config: {minute: 5, policy: redis, redis_host: r, redis_password: hush}
  - paths: [/nameless]
- name: orders
  host: orders
plugins:
- name: request-transformer
  config: {add: {headers: ["Authorization:Bearer hush2", "X-A:b"]}}
upstreams:
- name: pool
  targets: [{target: "10.0.0.1:80"}]
consumers:
- username: alice
"""
GIVEN = given(FILE, "kong.yml")
Lists = dict[str, list[dict[str, Any]]]


def listed() -> Lists:
    """What a Kong lists that has loaded the file: its own ids where there are no names, other dates."""
    loaded = load(FILE, loaded_at=1)
    found: Lists = {}
    for kind in live.KINDS:
        found[kind] = [json.loads(json.dumps(dict(it.document))) for it in getattr(loaded, kind)]
    return found


def told(lists: Lists) -> list[tuple[str, str, str, str, list[tuple[str, str, str, str]]]]:
    """The differences, as tuples."""
    return [
        (it.drift.value, it.kind, it.name, it.place, [(c.field, c.file, c.live, c.place) for c in it.changes])
        for it in drift(GIVEN, live.configuration(lists))
    ]


def of(lists: Lists, kind: str, **wanted: object) -> dict[str, Any]:
    """The one entity with these values."""
    (found,) = [it for it in lists[kind] if wanted.items() <= it.items()]
    return found


def test_a_gateway_that_has_loaded_the_file_does_not_differ() -> None:
    assert told(listed()) == []


def test_a_gateway_with_a_database_gives_other_ids() -> None:
    lists = listed()
    text = json.dumps(lists)
    for kind in live.KINDS:
        for entity in lists[kind]:
            text = text.replace(entity["id"], str(uuid.uuid4()))
    assert text != json.dumps(lists)
    assert told(json.loads(text)) == []


def test_a_newer_kong_lists_more_fields() -> None:
    lists = listed()
    of(lists, "plugins", name="rate-limiting")["config"] |= {"redis": {"host": "r"}, "sync": 1}
    of(lists, "services", name="users").update(tls_sans=None, ws_id="x")
    assert told(lists) == []


def test_sets_have_no_order_and_nothing_is_nothing() -> None:
    lists = listed()
    route = of(lists, "routes", name="users")
    route["methods"] = ["POST", "GET"]
    route["hosts"], route["headers"] = [], {}
    assert told(lists) == []


def changed(kind: str, wanted: dict[str, Any], **fields: Any) -> Callable[[Lists], None]:
    return lambda lists: of(lists, kind, **wanted).update(fields)


def without(kind: str, **wanted: Any) -> Callable[[Lists], None]:
    return lambda lists: lists[kind].remove(of(lists, kind, **wanted))


def other_limit(lists: Lists) -> None:
    of(lists, "plugins", name="rate-limiting")["config"]["minute"] = 10


def other_secrets(lists: Lists) -> None:
    of(lists, "plugins", name="rate-limiting")["config"]["redis_password"] = "other"
    of(lists, "plugins", name="request-transformer")["config"]["add"]["headers"][0] = "Authorization:x"


def other_service(lists: Lists) -> None:
    of(lists, "routes", name="users")["service"] = {"id": of(lists, "services", name="orders")["id"]}


def one_more(lists: Lists) -> None:
    extra = dict(of(lists, "routes", name="users"), id=str(uuid.uuid4()), name="debug", paths=["/debug"])
    lists["routes"].append(extra)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            other_limit,
            [
                (
                    "different",
                    "plugins",
                    "rate-limiting of route users",
                    "kong.yml:11",
                    [("config.minute", "5", "10", "kong.yml:11")],
                )
            ],
        ),
        (
            changed("routes", {"name": "users"}, strip_path=False),
            [
                (
                    "different",
                    "routes",
                    "users",
                    "kong.yml:6",
                    [("strip_path", "true", "false", "kong.yml:6")],
                )
            ],
        ),
        (
            changed("services", {"name": "users"}, host="elsewhere"),
            [
                (
                    "different",
                    "services",
                    "users",
                    "kong.yml:4",
                    [("host", '"users"', '"elsewhere"', "kong.yml:4")],
                )
            ],
        ),
        (
            other_service,
            [("different", "routes", "users", "kong.yml:6", [("service", "users", "orders", "kong.yml:6")])],
        ),
        (
            other_secrets,
            [
                (
                    "different",
                    "plugins",
                    "rate-limiting of route users",
                    "kong.yml:11",
                    [("config.redis_password", "a secret", "another secret", "kong.yml:11")],
                ),
                (
                    "different",
                    "plugins",
                    "request-transformer (global)",
                    "kong.yml:17",
                    [
                        (
                            "config.add.headers",
                            '["Authorization:[redacted]", "X-A:[redacted]"]',
                            '["Authorization:[redacted]", "X-A:[redacted]"]',
                            "kong.yml:17",
                        )
                    ],
                ),
            ],
        ),
        (
            changed("upstreams", {"name": "pool"}, algorithm="least-connections"),
            [
                (
                    "different",
                    "upstreams",
                    "pool",
                    "kong.yml:19",
                    [("algorithm", '"round-robin"', '"least-connections"', "kong.yml:19")],
                )
            ],
        ),
        (without("targets"), [("missing", "targets", "10.0.0.1:80 of upstream pool", "kong.yml:20", [])]),
        (without("consumers"), [("missing", "consumers", "alice", "kong.yml:22", [])]),
        (
            without("plugins", name="rate-limiting"),
            [("missing", "plugins", "rate-limiting of route users", "kong.yml:10", [])],
        ),
        (without("routes", name=None), [("missing", "routes", "/nameless", "kong.yml:12", [])]),
        (one_more, [("extra", "routes", "debug", "/routes/debug", [])]),
    ],
)
def test_a_difference_is_told_with_its_line_and_no_secret(
    change: Callable[[Lists], None], expected: list[Any]
) -> None:
    lists = listed()
    change(lists)
    assert told(lists) == expected
    for kind in lists:  # as it is stored: without secrets
        lists[kind] = masked(lists[kind], GIVEN.secrets)
    stored = told(lists)
    assert "hush" not in json.dumps(lists)
    assert [it[:4] for it in stored] == [it[:4] for it in expected]


def test_of_a_secret_that_nobody_compared_nothing_is_said() -> None:
    lists = listed()
    other_secrets(lists)
    assert told({kind: masked(lists[kind]) for kind in lists}) == []


def test_what_is_secret_by_name() -> None:
    document = {
        "config": {"redis_password": "a", "key_names": ["b"], "minute": 5, "policy": "c"},
        "headers": ["authorization:d", "X-Other:e"],
        "secret": "",
        "custom": {"X-Api-Key": ["f"]},
    }
    assert secrets_of(document) == {"a", "d", "f"}
    assert masked(document, {"a"}) == {
        "config": {"redis_password": "[redacted]", "key_names": ["b"], "minute": 5, "policy": "c"},
        "headers": ["authorization:[redacted, another one]", "X-Other:e"],
        "secret": "",
        "custom": {"X-Api-Key": ["[redacted, another one]"]},
    }


def test_a_real_kong_lists_what_the_model_makes_of_its_file() -> None:
    """Ids, defaults and references of the 138 entities that the recordings list."""
    kinds = {
        "/services": "services", "/routes": "routes", "/plugins": "plugins", "/consumers": "consumers",
        "/upstreams": "upstreams", "/upstreams/pool.up/targets": "targets",
    }  # fmt: skip
    lists: Lists = {}
    for recorded in recordings("admin"):
        if recorded.method == "GET" and recorded.target in kinds:
            lists.setdefault(kinds[recorded.target], json.loads(recorded.body)["data"])
    found = live.configuration(lists)
    file = load(DECLARATIVE)
    assert sum(len(getattr(found, kind)) for kind in live.KINDS) == 140
    for kind in live.KINDS:
        mine = {it.id: it for it in getattr(file, kind)}
        assert all(mine[it.id] == it for it in getattr(found, kind))
    differences = drift(given(DECLARATIVE, "kong.yml"), found)
    assert [(it.drift, it.name) for it in differences] == [
        (Drift.MISSING, "127.0.0.1:19089 of upstream dead.up")  # its list was not recorded
    ]


@pytest.mark.parametrize(
    ("lists", "told"),
    [
        ({"routes": [{"id": 1}]}, "routes[0]: no entity: an object with an id"),
        ({"routes": [{"id": "a", "paths": "/a"}]}, "routes[0].paths: expected an array"),
        ({"plugins": [{"id": "a", "name": "cors", "config": 1}]}, "plugins[0].config: expected a record"),
        ({"plugins": [{"id": "a"}]}, "plugins[0].name: required field missing"),
        ({"services": [{"id": "a"}]}, "services[0].host: required field missing"),
        ({"routes": [{"id": "a", "paths": ["~/("]}]}, "a regular expression that is not understood here"),
        ({"routes": [{"id": "a", "service": {}, "paths": ["/a"]}]}, "an entity that is not Kong's"),
    ],
)
def test_what_is_not_kongs_is_told_in_words(lists: Lists, told: str) -> None:
    with pytest.raises(ValueError, match=told.replace("[", r"\[")):
        live.configuration(lists)


def test_a_plugin_that_is_not_kongs_own_is_taken_as_it_is() -> None:
    lists: Lists = {"plugins": [{"id": "a", "name": "our-own", "config": {"x": 1}}]}
    (plugin,) = live.configuration(lists).plugins
    assert plugin.config == {"x": 1}
