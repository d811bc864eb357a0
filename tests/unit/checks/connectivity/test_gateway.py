"""What Kong's nodes say of themselves."""

from __future__ import annotations

from typing import Any

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from tests.support.imagined import ADMIN, answer
from tests.unit.checks.connectivity.judging import exchange, judge, only, why


def admin(**document: Any) -> Exchange:
    return exchange(answer(200, {"server": {"total_requests": 1}} | document, **ADMIN), Hop.GATEWAY)


ROUTES = exchange(answer(200, {"data": [{"id": "1"}], "next": None}, **ADMIN), Hop.GATEWAY)
NO_ROUTES = exchange(answer(200, {"data": [], "next": None}, **ADMIN), Hop.GATEWAY)


def test_kong_says_200_even_without_its_database():
    finding = only(judge("gateway.admin-unusable", "kong-1", admin(database={"reachable": False})))
    assert finding.observed == "database.reachable: false"


def test_a_node_without_configuration_or_without_routes_is_empty():
    assert judge("gateway.empty-configuration", "kong-1", admin(configuration_hash="a1"), ROUTES) == []
    assert judge("gateway.empty-configuration", "kong-1", admin(database={"reachable": True}), ROUTES) == []
    zeros = only(
        judge("gateway.empty-configuration", "kong-1", admin(configuration_hash="0" * 32), NO_ROUTES)
    )
    assert "no configuration at all" in zeros.observed
    for status in (admin(configuration_hash="a1"), admin(database={"reachable": True})):
        assert only(judge("gateway.empty-configuration", "kong-1", status, NO_ROUTES)).observed == "no route"
    unread = exchange(answer(500, "oops"), Hop.GATEWAY)
    assert "cannot be read" in why(
        judge("gateway.empty-configuration", "kong-1", admin(configuration_hash="a1"), unread)
    )


def test_nodes_are_compared_by_their_hash():
    one, other = admin(configuration_hash="a1"), admin(configuration_hash="b2")
    assert judge("gateway.nodes-differ", "gateway", one, one) == []
    assert only(judge("gateway.nodes-differ", "gateway", one, other)).observed == "kong-1 a1, kong-2 b2"
    shared = admin(database={"reachable": True})
    assert judge("gateway.nodes-differ", "gateway", shared, shared) == []
    assert (
        only(judge("gateway.nodes-differ", "gateway", one, shared)).observed == "kong-1 a1, kong-2 a database"
    )
