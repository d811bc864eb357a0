"""Which limiters two clients can tell of: whose budgets an answer through the front speaks of."""

from __future__ import annotations

from typing import Any

import pytest

from atalaia.checks.catalogue import by_id
from atalaia.checks.check import NotDeclared
from atalaia.checks.rate_limits.observables import PAUSE, identities
from atalaia.environment import Environment
from tests.support.imagined import STACK, environment

ROUTE = "/api/v1/auth"
NODES = STACK["gateway"]["nodes"]


def limited(nodes: list[dict[str, str]] = NODES, **limit: Any) -> Environment:
    return environment(
        client={"addresses": "127.64.0.0/16"},
        gateway={"nodes": nodes},
        route_classes={"auth": {"limit": {"minute": 5, **limit}}},
        routes=[{"path": ROUTE, "service": "auth-service", "class": "auth"}],
    )


def targets(of: Environment) -> tuple[str, ...] | NotDeclared:
    return by_id("limiter.clients-share").targets(of)


@pytest.mark.parametrize("shared", [True, False])
def test_one_node_has_one_counter_of_a_client(shared: bool):
    assert targets(limited(NODES[:1], shared=shared)) == (ROUTE,)


def test_of_nodes_that_count_for_themselves_nobody_can_tell_whose_budget_is_told():
    assert targets(limited(shared=True)) == (ROUTE,)
    assert targets(limited(shared=False)) == NotDeclared("limit shared by the nodes")
    assert targets(limited(by="service")) == NotDeclared("limit by address")


def test_a_limiter_that_counts_late_is_given_time_between_requests():
    assert identities(limited(), ROUTE).pause == 0.0
    assert identities(limited(NODES[:1], shared=False), ROUTE).pause == PAUSE
