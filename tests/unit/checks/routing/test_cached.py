"""Answers that the gateway keeps, and for whom."""

from __future__ import annotations

import pytest

from atalaia.checks.routing.cached import CACHED
from tests.unit.checks.routing.stack import changed, judged, only, stack, why


def caching(*plugins: str, config: str = ""):
    """The users' route with a cache in line 13."""
    listed = ", ".join((f"{{name: proxy-cache, config: {{strategy: memory{config}}}}}", *plugins))
    edit = "    strip_path: false\n- name: echo"
    return changed((edit, f"    strip_path: false\n    plugins: [{listed}]\n- name: echo"))


def test_a_cache_with_one_key_for_all_tokens_is_told():
    finding = only(judged(CACHED, "gateway", declared=caching("{name: jwt}")))
    assert finding.expected == "answers of route users are kept for each token by itself"
    assert "proxy-cache keeps them by path and query" in finding.observed
    assert (finding.cause, finding.hop) == ("kong.yml:13", "gateway")
    tenant = caching("{name: jwt}", config=", vary_headers: [X-Clinic-ID]")
    assert only(judged(CACHED, "gateway", declared=tenant))


@pytest.mark.parametrize(
    ("plugins", "config"),
    [
        (["{name: jwt}"], ", vary_headers: [authorization]"),
        (["{name: jwt}"], ", cache_control: true"),
        (["{name: key-auth}"], ""),  # every client has a key of its own
        ([], ""),  # anybody may see it
    ],
)
def test_a_cache_that_keeps_clients_apart_is_in_order(plugins, config):
    assert judged(CACHED, "gateway", declared=caching(*plugins, config=config)) == []


def test_a_global_cache_is_told_once_with_its_routes():
    text = "plugins:\n- {name: proxy-cache, config: {strategy: memory}}\n- {name: jwt}\n"
    file = stack().gateway_file
    assert file is not None
    finding = only(judged(CACHED, "gateway", declared=stack(file.text + text)))
    assert finding.expected == "answers of routes users, echo are kept for each token by itself"
    assert finding.cause == "kong.yml:23"


def test_a_cache_before_a_service_that_asks_for_tokens_is_told_too():
    file = caching().gateway_file
    assert file is not None
    declared = stack(
        file.text,
        route_classes={"api": {"authentication": "jwt"}},
        authentication={"jwt": {"hop": "service"}},
        routes=[{"path": "/api/users", "service": "users", "class": "api"}],
    )
    assert only(judged(CACHED, "gateway", declared=declared)).cause == "kong.yml:13"


def test_with_neither_a_file_nor_lists_nothing_is_decided():
    assert "neither a declarative file nor" in why(judged(CACHED, "gateway", declared=stack(None)))
