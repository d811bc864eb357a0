"""Which instance of a plugin applies."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from atalaia.systems.kong.declarative import load_document
from atalaia.systems.kong.effective import Scopes
from atalaia.systems.kong.entities import Configuration

SCOPES = ["route service consumer", "route consumer", "service consumer", "route service",
          "consumer", "route", "service", ""]  # fmt: skip
"""The most specific first."""


def configuration(*scopes: str, **more: Any) -> Configuration:
    """One limiter a scope, each with a limit that says which it is."""
    names = {"route": "r", "service": "s", "consumer": "c"}
    plugins = [
        {
            "name": "rate-limiting",
            "config": {"minute": 1 + SCOPES.index(scope)},
            **{of: names[of] for of in scope.split()},
            **more,
        }
        for scope in scopes
    ]
    return load_document(
        {
            "_format_version": "3.0",
            "services": [{"name": "s", "url": "http://x", "routes": [{"name": "r", "paths": ["/r"]}]}],
            "consumers": [{"username": "c"}],
            "plugins": plugins,
        },
        digest="0",
    )


def winner(found: Configuration, *, known: bool = True) -> str | None:
    """The scope of the limiter that wins for the route, with the consumer known or not."""
    consumer = found.consumers[0].id if known else None
    plugin = Scopes(found).of(found.routes[0], consumer).get("rate-limiting")
    return None if plugin is None else SCOPES[int(plugin.config["minute"]) - 1]


@pytest.mark.parametrize("scope", SCOPES)
def test_each_scope_applies_alone(scope: str) -> None:
    assert winner(configuration(scope)) == scope


@pytest.mark.parametrize(("stronger", "weaker"), list(pairwise(SCOPES)))
def test_the_more_specific_instance_replaces_the_other(stronger: str, weaker: str) -> None:
    """R+S+C > R+C > S+C > R+S > C > R > S > global; one winner a name."""
    assert winner(configuration(weaker, stronger)) == stronger


@pytest.mark.parametrize("position", range(len(SCOPES)))
def test_the_most_specific_of_all_wins(position: int) -> None:
    assert winner(configuration(*SCOPES[position:])) == SCOPES[position]


def test_without_a_consumer_its_instances_do_not_count() -> None:
    assert winner(configuration("route consumer", "service"), known=False) == "service"
    assert winner(configuration("consumer"), known=False) is None


def test_a_disabled_instance_does_not_count() -> None:
    """The next one applies, where Kong would otherwise have one."""
    assert winner(configuration("route", enabled=False)) is None


def test_only_global_instances_see_the_404_of_no_route() -> None:
    found = configuration("", "route", "consumer")
    (plugin,) = Scopes(found).without_route().values()
    assert (plugin.route, plugin.service, plugin.consumer) == (None, None, None)
    assert Scopes(configuration("route", "service")).without_route() == {}


def test_only_consumers_with_an_instance_on_the_way_need_a_chain_of_their_own() -> None:
    found = configuration("service consumer", "route")
    assert Scopes(found).consumers(found.routes[0]) == {found.consumers[0].id}
    plain = configuration("route", "service")
    assert Scopes(plain).consumers(plain.routes[0]) == frozenset()
