"""What may be shown of a configuration, what is taken out of everything, and what findings still need."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atalaia.environment.gateway_file import GatewayFile
from atalaia.redaction import Redactor
from atalaia.systems.kong.drift import drift
from atalaia.systems.kong.given import given
from atalaia.systems.kong.live import KINDS, configuration
from atalaia.systems.kong.secrecy import OTHER, SAME, masked, secrets_of

S = "Zk01qXvLeaky7919"
T = "Zk02qXvLeaky15838"


@pytest.mark.parametrize(
    ("config", "shown"),
    [
        ({"add": {"headers": [f"X-Internal-Auth:{S}"]}}, {"add": {"headers": [f"X-Internal-Auth:{SAME}"]}}),
        ({"add": {"querystring": [f"api_key:{S}"]}}, {"add": {"querystring": [f"api_key:{SAME}"]}}),
        ({"replace": {"body": [f"pin:{S}"]}}, {"replace": {"body": [f"pin:{SAME}"]}}),
        ({"append": {"json": [f"pin:{S}"]}}, {"append": {"json": [f"pin:{SAME}"]}}),
        (
            {"http_endpoint": f"http://hook:{S}@127.0.0.1:9/log?key={T}&b"},
            {"http_endpoint": f"http://{SAME}:{SAME}@127.0.0.1:9/log?key={SAME}&{SAME}"},
        ),
        ({"headers": {"X-Vault": S, "Vary": "A"}}, {"headers": {"X-Vault": SAME, "Vary": "A"}}),
        ({"headers": {"X-Vault": [S]}}, {"headers": {"X-Vault": [SAME]}}),
        ({"access": [f"kong.service.request.set_header('X', '{S}')"]}, {"access": [SAME]}),
        ({"custom_fields_by_lua": {"host": f"return '{S}'"}}, {"custom_fields_by_lua": {"host": SAME}}),
        ({"whatever": S, "deep": {"policy": S}}, {"whatever": SAME, "deep": {"policy": SAME}}),
        ({"redis": {"host": "r", "password": S}}, {"redis": {"host": "r", "password": SAME}}),
        ({"replace": {"uri": f"/x?token={S}"}}, {"replace": {"uri": f"/x?token={SAME}"}}),
    ],
)  # fmt: skip
def test_what_a_plugin_may_hold_a_credential_in_is_not_shown(config: Any, shown: Any) -> None:
    assert masked({"config": config}) == {"config": shown}
    # A part of an entity is as secret as it was inside.
    assert masked(config, place=("config",)) == shown


@pytest.mark.parametrize(
    "config",
    [
        {"add": {"headers": ["X-Frame-Options:DENY", "Content-Security-Policy:default-src 'self'"]}},
        {"add": {"headers": ["X-User:$(headers.x-user)"]}, "remove": {"headers": ["X-Api-Key"]}},
        {"rename": {"headers": ["X-Old:X-New"]}},
        {"origins": ["https://app.example"], "headers": ["X-Api-Key"], "methods": ["GET"], "max_age": 600},
        {"header_name": "X-Request-ID", "generator": "uuid#counter", "key_names": ["apikey"]},
        {"minute": 5, "policy": "redis", "redis_host": "127.0.0.1", "fault_tolerant": True},
        {"replace": {"uri": "/v2$(uri_captures[1])"}},
    ],
)
def test_what_findings_are_about_is_shown(config: Any) -> None:
    assert masked({"config": config}) == {"config": config}
    assert secrets_of({"config": config}) == frozenset()


def test_outside_of_plugins_urls_and_headers_of_health_checks_are_looked_at() -> None:
    upstream = {"name": "pool", "healthchecks": {"active": {"headers": {"X-Probe": [S]}, "http_path": "/up"}}}
    assert S not in json.dumps(masked(upstream))
    route = {"paths": ["/x"], "headers": {"x-beta": ["1"]}, "hosts": ["a.example"]}
    assert masked(route) == route
    assert masked({"note": f"see https://u:{S}@h/"}) == {"note": f"see https://{SAME}:{SAME}@h/"}


def test_a_secret_that_is_not_known_is_told_as_another_also_when_it_is_masked_again() -> None:
    document = {"config": {"add": {"headers": [f"X-A:{S}", f"X-B:{T}"]}}}
    stored = masked(document, {S})
    assert stored == {"config": {"add": {"headers": [f"X-A:{SAME}", f"X-B:{OTHER}"]}}}
    assert masked(stored) == stored


FILE = f"""\
_format_version: "3.0"
plugins:
- name: request-transformer
  config:
    add: {{headers: ["X-Internal-Auth:{S}", "Authorization:Basic {T}"], querystring: ["who:gateway"]}}
- name: pre-function
  config:
    access:
    - "kong.service.request.set_header('X-Auth','Zk03qXvLeaky31676')"
- name: http-log
  config: {{http_endpoint: "http://hook:Zk04qXv@127.0.0.1:9/log?key=Zk05qXvLeaky"}}
- {{name: cors, config: {{credentials: true}}}}
- {{name: key-auth, config: {{hide_credentials: yes}}}}
- name: response-transformer
  config: {{add: {{headers: ["X-Frame-Options:SAMEORIGIN", "X-Kind:application/json"]}}}}
consumers:
- username: a
  keyauth_credentials: [{{key: secret}}, {{key: Zk06qXvLeaky}}]
"""


def test_they_enter_the_redactor_and_words_that_stand_elsewhere_do_not() -> None:
    secrets = GatewayFile(FILE, "kong.yml").secrets()
    whole = "kong.service.request.set_header('X-Auth','Zk03qXvLeaky31676')"
    assert secrets == {
        S, f"Basic {T}", T, whole, "Zk03qXvLeaky31676", "Zk04qXv", "Zk05qXvLeaky", "Zk06qXvLeaky",
    }  # fmt: skip
    assert "Zk" not in Redactor(secrets)(FILE)


def test_a_file_that_cannot_be_read_leaks_nothing_either() -> None:
    broken = FILE.replace("consumers:", "consumers: [")
    assert "Zk" not in Redactor(GatewayFile(broken, "kong.yml").secrets())(broken)


def test_code_that_differs_is_told_and_never_shown() -> None:
    file = given(FILE, "kong.yml")
    assert file.configuration is not None
    plugins = [dict(plugin.document) for plugin in file.configuration.plugins]
    plugins[1] |= {"config": {**plugins[1]["config"], "access": ["return 'Zk09qXvLeaky'"]}}
    lists = {kind: [] for kind in KINDS} | {
        "plugins": masked(plugins, file.secrets),
        "consumers": [dict(consumer.document) for consumer in file.configuration.consumers],
    }
    (found,) = drift(file, configuration(lists))
    (change,) = found.changes
    assert (change.file, change.live) == ("something that is not shown", "something else, which is not shown")
