"""What HAProxy's statistics tell of its servers, and whether anybody may read them."""

from __future__ import annotations

import pytest

from atalaia.checks.check import Verdict
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from tests.support.imagined import REFUSED, answer, environment
from tests.unit.checks.connectivity.judging import DATA, exchange, judge, only, why


def statistics(name: str = "mixed.csv", **replaced: str) -> Exchange:
    text = (DATA / name).read_text()
    for old, new in replaced.items():
        text = text.replace(old.replace("_", "-"), new)
    return exchange(answer(200, text), Hop.LOAD_BALANCER)


def test_statistics_are_refused_only_where_a_refusal_was_seen():
    """No answer is none, and half a page of statistics is one."""

    def openness(got: Exchange) -> Verdict:
        return judge("load-balancer.stats-open", "load-balancer-stats", got)

    assert openness(exchange(answer(401, ""), Hop.LOAD_BALANCER)) == []
    assert "without credentials there was no answer" in why(openness(exchange(REFUSED, Hop.LOAD_BALANCER)))
    cut = {"failure": Failure(reason=Reason.RESET, detail="cut")}
    assert only(openness(statistics().model_copy(update=cut))).observed == "200 and the statistics"


@pytest.mark.parametrize(
    ("check_id", "target", "observed"),
    [
        ("load-balancer.server-down", "auth_service/auth-service", "status DOWN (L4CON Connection refused)"),
        ("load-balancer.server-down", "auth_service/drained", "status MAINT"),
        ("load-balancer.server-down", "auth_service/gone", "the backend has auth-service, drained, half"),
        ("load-balancer.server-down", "nowhere/gone", "the backend has no server"),
        ("load-balancer.server-unchecked", "unchecked/plain",
         "status “no check”: HAProxy would send requests to a dead server"),
        ("load-balancer.check-below-layer-7", "tcp_only/l4",
         "L4OK: the check is content with a TCP connection"),
    ],
)  # fmt: skip
def test_a_real_haproxys_words_on_its_servers(check_id, target, observed):
    assert only(judge(check_id, target, statistics())).observed == observed


def test_a_real_haproxys_flapping_server_is_up_and_found():
    target = "auth_service/auth-service"
    assert judge("load-balancer.server-down", target, statistics("flapping.csv")) == []
    found = only(judge("load-balancer.server-flapping", target, statistics("flapping.csv")))
    assert found.expected == "fewer than 3 times down, or unchanged for 10m"
    assert found.observed == "4 times down, last change 1 s ago"
    calm = environment(flapping={"transitions": 5})
    assert judge("load-balancer.server-flapping", target, statistics("flapping.csv"), declared=calm) == []


def test_a_check_that_just_failed_does_not_tell_its_depth():
    verdict = judge("load-balancer.check-below-layer-7", "auth_service/auth-service", statistics())
    assert why(verdict) == "check_status L4CON does not tell how deep the check looks"
