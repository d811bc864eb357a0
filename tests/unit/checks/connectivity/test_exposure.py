"""Whether what is for operators can be had by everybody."""

from __future__ import annotations

from atalaia.checks.catalogue import by_id
from atalaia.checks.check import Verdict
from atalaia.exchange.failure import Failure
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from tests.support.imagined import REFUSED, answer
from tests.unit.checks.connectivity.judging import BUSY, NO_ROUTE, STACK, exchange, only, why


def exposed(check_id: str, **at: Response | Failure) -> Verdict:
    check = by_id(check_id)
    paths = check.expects(STACK, "load-balancer")
    seen = tuple(exchange(at.get(path.strip("/"), NO_ROUTE), Hop.LOAD_BALANCER) for path in paths)
    return check.judge(seen, paths)


def test_one_path_is_enough_to_expose():
    assert exposed("exposure.admin-api") == []
    root = answer(200, {"tagline": "Welcome to kong"})
    assert (
        only(exposed("exposure.admin-api", admin=root, stats=BUSY)).observed
        == "/admin gives Kong's Admin API or Status API (200)"
    )


def test_a_path_that_was_not_seen_leaves_it_open_whether_something_is_exposed():
    assert "429" in why(exposed("exposure.stats", stats=BUSY))
    assert (
        why(exposed("exposure.stats", stats=REFUSED)) == "/stats gave no answer: refused: connection refused"
    )
