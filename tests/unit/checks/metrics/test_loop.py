"""Judges of the loop: each one's passing, failing and inconclusive answers."""

from __future__ import annotations

import json

import pytest

from atalaia.checks.check import Inconclusive
from atalaia.checks.metrics.loop import CHECKS
from atalaia.checks.metrics.loop.counted import BALANCER_COUNT, GATEWAY_COUNT, SERVICE, Counted
from atalaia.checks.metrics.loop.told import GRAFANA, PROMETHEUS, RECORDING, Scraped
from atalaia.environment.url import parse_url
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.exchange.response import Response
from atalaia.systems.prometheus.figure import Figure
from atalaia.systems.prometheus.loop import Leg, LegSeen, LoopSeen, RecordingSeen, SourceSeen
from atalaia.systems.prometheus.rules import Rule

STALLED = Failure(reason=Reason.STALLED, detail="no answer within 1s, while this machine held Atalaia up")
REFUSED = Failure(reason=Reason.REFUSED, detail="connection refused")
URL = "http://front/api/v1/users"
ASK = HttpRequest(
    key="ask", hop=Hop.MONITORING, url=parse_url("http://it", frozenset({"http"})), target="/metrics"
)
LEG = Leg(name="users", pages=(ASK,), figures=(Figure("requests_total"),), by=5, job="users", query=ASK)
ERROR = b'{"status":"error","errorType":"unavailable","error":"the WAL is replayed"}'


def answer(body: bytes = b"", status: int = 200, url: str = "http://it/metrics") -> Exchange:
    """An answer."""
    return Exchange(
        method="GET", url=url, request_id="1", response=Response(status=status, body=body), elapsed=0.01,
        answered_by=Hop.SERVICE,
    )  # fmt: skip


def silent(failure: Failure = REFUSED, url: str = "http://it/metrics") -> Exchange:
    """No answer."""
    return Exchange(method="GET", url=url, request_id="1", failure=failure, elapsed=0.01)


def page(value: float) -> Exchange:
    """A page with the counter."""
    return answer(f"# TYPE requests_total counter\nrequests_total {value}\n".encode())


def value(*values: float | str) -> Exchange:
    """Prometheus' answer to an instant query: one series for each value."""
    result = [{"metric": {"n": str(n)}, "value": [1, str(one)]} for n, one in enumerate(values)]
    return answer(
        json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()
    )


def loop(before: Exchange, after: Exchange, *, requests=None, told=None, **more) -> LoopSeen:
    """A loop with one leg."""
    own = requests or [answer(url=URL) for _ in range(5)]
    leg = LegSeen(
        name="users", before=(before,), after=(after,), told_before=value(40), told=told, waited=1.5,
        interval=1.0, whole=more.pop("whole", True),
    )  # fmt: skip
    return LoopSeen(requests=tuple(own), legs=(leg,), **more)


def expecting(alone: bool = True) -> Counted:
    """Five requests that one leg must count."""
    return Counted(LEG, "service", (URL,), alone)


@pytest.mark.parametrize("check", [SERVICE, GATEWAY_COUNT, BALANCER_COUNT])
@pytest.mark.parametrize(
    ("grown", "alone", "observed"),
    [
        (5, True, None),
        (5, False, None),
        (9, False, None),
        (0, True, "it did not grow"),
        (4, False, "it grew by 4"),
        (10, True, "it grew by 10"),
    ],
)
def test_a_counter_grows_by_the_requests(check, grown, alone, observed):
    verdict = check.judge((loop(page(40), page(40 + grown)),), expecting(alone))
    assert [finding.observed for finding in verdict] == ([observed] if observed else [])


def test_a_counter_begins_with_its_first_request():
    assert SERVICE.judge((loop(answer(b"\n"), page(5)),), expecting()) == []


@pytest.mark.parametrize(
    "seen",
    [
        loop(page(40), page(45), requests=[*[answer(url=URL)] * 4, answer(status=503, url=URL)]),
        loop(page(40), page(45), requests=[*[answer(url=URL)] * 4, answer(status=429, url=URL)]),
        loop(page(40), page(45), requests=[*[answer(url=URL)] * 4, silent(STALLED, URL)]),
        loop(page(40), page(3)),
        loop(page(40), silent()),
        loop(answer(b"", 404), page(40)),
    ],
    ids=["failed", "limited", "held up", "began anew", "page gone", "page not there"],
)
def test_what_was_not_asked_or_not_read_decides_nothing(seen):
    assert isinstance(SERVICE.judge((seen,), expecting()), Inconclusive)


def scraped(alone: bool = True) -> Scraped:
    """What Prometheus must tell of the leg."""
    return Scraped(LEG, "prometheus.yml:16", alone)


@pytest.mark.parametrize(
    ("told", "whole", "alone", "observed"),
    [
        (value(45), True, True, None),
        (value(46), True, False, None),
        (value(45), False, False, None),
        (value(46), True, True, "after 1.5 s it tells 46, and the page told 45"),
        (value(41), True, True, "after 1.5 s it tells 41, and the page told 45"),
        (value(41), False, False, "after 1.5 s it tells 41, less than 45"),
        (value("NaN"), True, True, "after 1.5 s it tells nan, and the page told 45"),
        (value(), True, True, "it has no such series in job users"),
    ],
)
def test_prometheus_tells_what_the_page_told(told, whole, alone, observed):
    seen = loop(page(40), page(45), told=told, whole=whole)
    verdict = PROMETHEUS.judge((seen,), scraped(alone))
    assert [finding.observed for finding in verdict] == ([observed] if observed else [])
    assert all(finding.cause == "prometheus.yml:16" for finding in verdict)


@pytest.mark.parametrize(
    ("told", "last", "observed"),
    [
        (value(45), page(45), None),
        (value(47), page(48), None),
        (value(47), page(46), "after 1.5 s it tells 47, and the page told 46"),
        (value(44), page(48), "after 1.5 s it tells 44, and the page told 45"),
        (value(47), answer(b"", 503), None),
        (value(47), silent(), None),
    ],
)
def test_prometheus_knows_of_no_more_than_the_page_whoever_else_asks(told, last, observed):
    seen = loop(page(40), page(45), told=told)
    leg = seen.legs[0].model_copy(update={"last": (last,)})
    verdict = PROMETHEUS.judge((seen.model_copy(update={"legs": (leg,)}),), scraped(alone=False))
    assert [finding.observed for finding in verdict] == ([observed] if observed else [])


@pytest.mark.parametrize(
    "told",
    [None, silent(STALLED), silent(), answer(ERROR, 503), answer(b'{"status":"succ')],
    ids=["not asked", "held up", "refused", "WAL", "cut"],
)
def test_where_prometheus_does_not_answer_nothing_is_decided(told):
    assert isinstance(PROMETHEUS.judge((loop(page(40), page(45), told=told),), scraped()), Inconclusive)


RULE = Rule("users:requests:rate5m", "sum(rate(requests_total[5m]))", where="rules.yml:3")


def recorded(stamp: Exchange, *answers: Exchange) -> RecordingSeen:
    """What a rule recorded, and what its expression is worth."""
    both = dict(zip(("recorded", "computed"), answers, strict=False))
    return RecordingSeen(stamp=stamp, waited=6.0, **both)


@pytest.mark.parametrize(
    ("recording", "observed"),
    [
        (recorded(value(9), value(0.5), value(0.5)), None),
        (recorded(value(9), value("NaN", 1), value("NaN", 1)), None),
        (recorded(value(9), value(), value()), None),
        (recorded(value()), "it has no sample"),
        (recorded(value(9)), "no new sample within 6.0 s"),
        (recorded(value(9), value(0.5), value(0.6)), '{n="0"} is 0.5, and should be 0.6'),
        (recorded(value(9), value(), value(0.6)), '{n="0"} is absent, and should be 0.6'),
        (recorded(value(9), answer(b"{"), value(0.6)), "broken JSON"),
    ],
)
def test_a_recording_rule_follows(recording, observed):
    verdict = RECORDING.judge((loop(page(1), page(6), recording=recording),), RULE)
    assert len(verdict) == (1 if observed else 0)
    assert all(observed in finding.observed and finding.cause == "rules.yml:3" for finding in verdict)


@pytest.mark.parametrize(
    "recording",
    [None, recorded(silent(STALLED)), recorded(value(9), answer(ERROR, 503), value(1))],
    ids=["not asked", "held up", "WAL"],
)
def test_a_rule_that_was_not_followed_decides_nothing(recording):
    seen = loop(page(1), page(6), recording=recording)
    assert isinstance(RECORDING.judge((seen,), RULE), Inconclusive)


def source(through: Exchange | None, *own: Exchange) -> LoopSeen:
    """What Grafana told beside Prometheus."""
    seen = SourceSeen(name="Prometheus", found=answer(), own=own, through=through)
    return loop(page(1), page(6), sources=(seen,))


def test_grafana_tells_what_prometheus_does():
    assert GRAFANA.judge((source(value(6), value(6), value(6)),), "Prometheus") == []
    assert GRAFANA.judge((source(value(6), value(5), value(6)),), "Prometheus") == []
    (finding,) = GRAFANA.judge((source(value(4), value(6), value(6)),), "Prometheus")
    assert finding.observed == "Grafana: 4; Prometheus: 6"
    (finding,) = GRAFANA.judge((source(value(), value(6), value(6)),), "Prometheus")
    assert finding.observed == "Grafana: nothing; Prometheus: 6"
    (finding,) = GRAFANA.judge((source(answer(b"<html>"), value(6), value(6)),), "Prometheus")
    assert "HTML" in finding.observed
    assert GRAFANA.judge((source(answer(b"", 502), value(6), value(6)),), "Prometheus")


@pytest.mark.parametrize(
    "seen",
    [
        loop(page(1), page(6)),
        source(None),
        source(silent(STALLED), value(6), value(6)),
        source(value(4), value(5), value(6)),
    ],
    ids=["not asked", "no source", "held up", "moving"],
)
def test_where_grafana_was_not_asked_nothing_is_decided(seen):
    assert isinstance(GRAFANA.judge((seen,), "Prometheus"), Inconclusive)


def test_every_check_of_the_loop_is_judged_here():
    judged = {SERVICE, GATEWAY_COUNT, BALANCER_COUNT, PROMETHEUS, RECORDING, GRAFANA}
    assert {check.id for check in CHECKS} == {check.id for check in judged}
