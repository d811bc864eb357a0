"""Every declared address has a name, and no address has two."""

from __future__ import annotations

import json

import pytest

from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints


def environment(**sections) -> Environment:
    return Environment.model_validate_json(json.dumps({"name": "e", **sections}))


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({}, {"probes-pushgateway": 9191}),
        ({"pushgateway": {"url": "http://a:9091"}}, {"pushgateway": 9091, "probes-pushgateway": 9191}),
        ({"pushgateway": {"url": "http://a:9191"}}, {"pushgateway": 9191}),
    ],
)
def test_the_pushgateway_of_the_probes_is_an_address_where_it_is_another_one(declared, expected):
    found = endpoints(environment(probes={"pushgateway": "http://a:9191"}, **declared))
    assert {name: url.port for name, url in found.items()} == expected
