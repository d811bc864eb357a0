"""Whether every server gets its share of the requests."""

from __future__ import annotations

from typing import Any

from atalaia.checks.check import Verdict
from atalaia.exchange.exchange import Exchanges
from atalaia.exchange.hop import Hop
from tests.support.imagined import answer, environment
from tests.unit.checks.connectivity.judging import AUTH, DATA, exchange, judge, only, why


def balanced(backend: str, *servers: str) -> Any:
    return environment(
        load_balancer={
            "url": "http://front.test:80",
            "stats": {"url": "http://front.test:8404/stats"},
            "backends": {backend: {"servers": list(servers), "paths": ["/api"], "balance": "roundrobin"}},
        }
    )


def spread(after: str, requests: int = 4, *, declared: Any) -> Verdict:
    hits = [exchange(AUTH, Hop.LOAD_BALANCER)] * requests
    before = (DATA / "mixed.csv").read_text()
    steps = (exchange(answer(200, before)), *hits, exchange(answer(200, after)))
    return judge(
        "load-balancer.unbalanced",
        next(iter(declared.load_balancer.backends)),
        Exchanges(steps=steps),
        declared=declared,
    )


def counted(**sessions: int) -> str:
    """The recorded statistics, after so many sessions more."""
    lines = (DATA / "mixed.csv").read_text().splitlines()
    for n, line in enumerate(lines):
        columns = line.split(",")
        if columns[1] in sessions:
            columns[7] = str(int(columns[7]) + sessions[columns[1]])
            lines[n] = ",".join(columns)
    return "\n".join(lines) + "\n"


TWO = balanced("api_gateway", "kong-1", "kong-2")
WEIGHTED = balanced("auth_service", "auth-service", "half")


def test_every_server_gets_at_least_half_its_share():
    assert spread(counted(**{"kong-1": 2, "kong-2": 2}), declared=TWO) == []
    assert spread(counted(**{"kong-1": 3, "kong-2": 1}), declared=TWO) == []
    finding = only(spread(counted(**{"kong-1": 4}), declared=TWO))
    assert finding.observed == "of 4 requests: kong-1 4 (due 2), kong-2 0 (due 2)"
    assert only(spread(counted(**{"kong-1": 97, "kong-2": 7}), declared=TWO)), (
        "others' traffic counts as well"
    )


def test_weights_are_part_of_the_share():
    assert spread(counted(**{"auth-service": 0, "half": 4}), declared=WEIGHTED) == [], "1 of 51 is due 0.08"
    assert only(spread(counted(**{"auth-service": 4, "half": 0}), declared=WEIGHTED))


def test_a_spread_that_was_not_seen_decides_nothing():
    assert why(spread(counted(**{"kong-1": 1, "kong-2": 1}), declared=TWO)) == (
        "HAProxy counted 2 of 4 requests in api_gateway"
    )
    assert "anew" in why(spread(counted(**{"kong-1": -1, "kong-2": 5}), declared=TWO))
    assert (
        why(spread("<html>", declared=TWO))
        == "the statistics could not be read again: HTML instead of HAProxy's CSV"
    )
