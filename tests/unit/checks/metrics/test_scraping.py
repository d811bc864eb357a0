"""Judges of scraping: each one's passing, failing and inconclusive answers."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from atalaia.checks.check import Inconclusive
from atalaia.checks.metrics.scraping import CHECKS, places
from atalaia.checks.metrics.scraping.as_meant import MeantJob
from atalaia.checks.metrics.scraping.contradictions import HAPROXY, KONG, UP
from atalaia.checks.metrics.scraping.differs import JOB_DIFFERS
from atalaia.checks.metrics.scraping.jobs import (
    MISSING,
    NOT_AN_EXPORTER,
    UNEXPECTED,
    UNREADABLE,
    DeclaredJobs,
    Ports,
)
from atalaia.checks.metrics.scraping.retention import WRONG
from atalaia.checks.metrics.scraping.scraped import DeclaredJob, Scraped
from atalaia.checks.metrics.scraping.stale import STALE, Pace
from atalaia.checks.metrics.scraping.up import DOWN
from atalaia.environment.metrics_pages import MetricsPage
from atalaia.environment.url import parse_url
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.systems.document import Unreadable
from atalaia.systems.kong.admin.model import AdminEntities
from atalaia.systems.prometheus.configuration import read_configuration

DATA = Path(__file__).parents[3] / "data" / "prometheus"
TARGETS = json.loads((DATA / "targets.json").read_text())
MEANT = (DATA / "meant.yml").read_text()
SCRAPED = "Sat, 21 Nov 2026 18:46:25 GMT"
STALLED = Failure(reason=Reason.STALLED, detail="no answer within 1s, while this machine held Atalaia up")
REFUSED = Failure(reason=Reason.REFUSED, detail="connection refused")
REPLAYING = b"Service Unavailable"


def answer(body: bytes, status: int = 200, date: str = SCRAPED) -> Exchange:
    """An answer of Prometheus, or of a page."""
    response = Response(status=status, headers=(("Date", date),), body=body)
    return Exchange(
        method="GET", url="http://it/metrics", request_id="1", response=response, elapsed=0.01,
        answered_by=Hop.MONITORING, sent_at=1795286785.0,
    )  # fmt: skip


def silent(failure: Failure = REFUSED) -> Exchange:
    """No answer."""
    return Exchange(method="GET", url="http://it/metrics", request_id="1", failure=failure, elapsed=0.01)


def targets(change=lambda active: None, date: str = SCRAPED) -> Exchanges:
    """What Prometheus scrapes, once that was changed."""
    document = json.loads(json.dumps(TARGETS))
    change(document["data"]["activeTargets"])
    runtime = answer((DATA / "runtimeinfo.json").read_bytes())
    return Exchanges(steps=(runtime, answer(json.dumps(document).encode(), date=date)))


def unread(exchange: Exchange) -> Exchanges:
    """No scrape targets."""
    return Exchanges(steps=(exchange, exchange))


AUTH = DeclaredJob("auth-service", 1, ("127.0.0.1:23650",), 1.0, "prometheus.yml:16")
KONG_JOB = DeclaredJob("kong", 2)
POSTGRES = Ports(DeclaredJob("postgres", 1), {5432: "PostgreSQL"})
ALL = DeclaredJobs({"auth-service": 1, "kong": 2, "postgres": 1}, "prometheus.yml:15")
PAGE = MetricsPage(
    "auth-service", parse_url("http://127.0.0.1:23650", frozenset({"http"})), "/metrics", "service"
)
SEEN_BY = Scraped(PAGE, "auth-service", "prometheus.yml:16")


@pytest.mark.parametrize("check", [MISSING, UNEXPECTED, NOT_AN_EXPORTER, DOWN, STALE])
@pytest.mark.parametrize(
    "exchange",
    [silent(STALLED), answer(b'{"status":'), answer(REPLAYING, 503)],
    ids=["held up", "cut", "WAL"],
)
def test_without_targets_nothing_is_decided(check, exchange):
    expected = {
        MISSING.id: AUTH, UNEXPECTED.id: ALL, NOT_AN_EXPORTER.id: POSTGRES, DOWN.id: MeantJob(AUTH),
        STALE.id: Pace(AUTH, 0.1),
    }[check.id]  # fmt: skip
    assert isinstance(check.judge((unread(exchange),), expected), Inconclusive)


@pytest.mark.parametrize(
    "exchange",
    [
        answer(b'{"status":'),
        answer(REPLAYING, 503),
        answer(b'{"status":"error","errorType":"unavailable","error":"not yet"}'),
        silent(),
    ],
    ids=["cut", "WAL", "error", "refused"],
)
def test_targets_that_prometheus_does_not_tell_are_a_finding(exchange):
    (finding,) = UNREADABLE.judge((unread(exchange),), None)
    assert finding.hop == "monitoring"
    assert UNREADABLE.judge((targets(),), None) == []
    assert isinstance(UNREADABLE.judge((unread(silent(STALLED)),), None), Inconclusive)


def test_a_job_that_is_not_there_is_missing():
    assert MISSING.judge((targets(),), AUTH) == []
    (finding,) = MISSING.judge((targets(lambda active: active.pop(0)),), AUTH)
    assert finding.observed == "Prometheus scrapes nothing for it"
    assert finding.cause == "prometheus.yml:16"
    (finding,) = MISSING.judge((targets(lambda active: active.pop(1)),), KONG_JOB)
    assert (finding.expected, finding.observed) == ("job kong has 2 scrape targets", "it has 1 of 2")


def test_what_nobody_declared_is_unexpected():
    assert UNEXPECTED.judge((targets(),), ALL) == []
    fewer = DeclaredJobs({"auth-service": 1, "kong": 1}, "")
    expected = [finding.expected for finding in UNEXPECTED.judge((targets(),), fewer)]
    assert expected == ["job kong has 1 scrape target", "no job postgres: it is not declared"]


def test_a_stores_own_port_is_no_exporter():
    assert NOT_AN_EXPORTER.judge((targets(),), POSTGRES) == []

    def direct(active):
        active[-1]["discoveredLabels"]["__address__"] = "postgres:5432"

    (finding,) = NOT_AN_EXPORTER.judge((targets(direct),), POSTGRES)
    assert "PostgreSQL's own port, which speaks no HTTP" in finding.observed


def down(active):
    """The first scrape target is down."""
    active[0] |= {"health": "down", "lastError": "connection refused"}


def test_a_target_that_is_down_is_told_with_both_views():
    assert DOWN.judge((targets(), answer(b"")), MeantJob(AUTH)) == []
    (finding,) = DOWN.judge((targets(down), answer(b"")), MeantJob(AUTH))
    assert "is down: connection refused; asked by us, http://it/metrics is well" in finding.observed
    (finding,) = DOWN.judge((targets(down), silent()), MeantJob(AUTH))
    assert "no answer: refused: connection refused" in finding.observed
    # That it was never scraped is told as being stale.
    assert DOWN.judge((targets(lambda active: active[0].update(health="unknown")),), MeantJob(AUTH)) == []
    assert isinstance(DOWN.judge((targets(down), silent(STALLED)), MeantJob(AUTH)), Inconclusive)


@pytest.mark.parametrize(
    ("change", "date", "observed"),
    [
        (lambda active: active[0].update(scrapeInterval="1h"), SCRAPED, "is scraped every 1h"),
        (lambda active: None, "Sat, 21 Nov 2026 18:46:35 GMT", "is scraped last 10 s ago"),
        (
            lambda active: active[0].update(lastScrape="0001-01-01T00:00:00Z"),
            SCRAPED,
            "is scraped last never",
        ),
    ],
    ids=["interval", "old", "never"],
)
def test_a_target_that_is_scraped_too_rarely_is_stale(change, date, observed):
    (finding,) = STALE.judge((targets(change, date),), Pace(AUTH, 0.1))
    assert observed in finding.observed


def test_a_target_that_is_scraped_in_time_is_fresh():
    assert STALE.judge((targets(),), Pace(AUTH, 0.1)) == []
    assert STALE.judge((targets(date="Sat, 21 Nov 2026 18:46:29 GMT"),), Pace(AUTH, None)) == []
    # Without a date our own clock has to do, and without a file the interval that Prometheus tells.
    assert STALE.judge((targets(date="today"),), Pace(DeclaredJob("auth-service", 1), None)) == []


LABELS = [target["labels"] for target in TARGETS["data"]["activeTargets"]]


def remembered(*least: float | None) -> Exchange:
    """How long each scrape target took at best, as Prometheus remembers it; None: too few scrapes."""
    result = [
        {"metric": labels, "value": [1795286785.0, str(value)]}
        for labels, value in zip(LABELS, least, strict=True)
        if value is not None
    ]
    return answer(
        json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()
    )


def slowly_scraped(best: Exchange | None) -> tuple[Exchanges]:
    """The last scrape of the auth-service took 250 ms."""
    seen = targets(lambda active: active[0].update(lastScrapeDuration=0.25))
    return (Exchanges(steps=(*seen.steps, *((best,) if best else ()))),)


def test_a_target_that_is_slow_always_and_alone_is_slow_itself():
    (finding,) = STALE.judge(slowly_scraped(remembered(0.2, 0.003, 0.005, 0.007)), Pace(AUTH, 0.1))
    assert finding.expected == "job auth-service is scraped in at most 100ms"
    assert finding.observed.endswith("is scraped in 200 ms at best of late, half of the others in 5 ms")
    # Where nothing else is scraped, nothing else tells how fast Prometheus is.
    assert STALE.judge(slowly_scraped(remembered(0.2, None, None, None)), Pace(AUTH, 0.1))


@pytest.mark.parametrize(
    ("best", "limit"),
    [(remembered(0.04, 0.03, 0.03, 0.03), 0.1), (remembered(0.2, 0.005, 0.005, 0.005), None)],
    ids=["held up once", "no limit"],
)
def test_a_scrape_that_was_held_up_once_is_no_slow_target(best, limit):
    assert STALE.judge(slowly_scraped(best), Pace(AUTH, limit)) == []
    assert UNREADABLE.judge(slowly_scraped(best), None) == []


@pytest.mark.parametrize(
    ("best", "why"),
    [
        (remembered(0.2, 0.06, 0.07, 0.08), "half of the others in 70 ms: it is Prometheus that is slow"),
        (remembered(None, 0.06, 0.07, 0.08), "and Prometheus knows of fewer than 10 scrapes"),
        (answer(b"no", 403), "Prometheus does not tell its scrape_duration_seconds"),
        (None, "Prometheus does not tell its scrape_duration_seconds"),
    ],
    ids=["all are slow", "too few", "not told", "not asked"],
)
def test_where_all_are_slow_or_nothing_is_remembered_it_is_not_the_page(best, why):
    verdict = STALE.judge(slowly_scraped(best), Pace(AUTH, 0.1))
    assert isinstance(verdict, Inconclusive)
    assert why in verdict.reason


def retention(said: str) -> Exchange:
    """What a Prometheus with this retention says."""
    document = {"status": "success", "data": {"storageRetention": said}}
    return answer(json.dumps(document).encode())


def test_retention_is_as_declared():
    expected = timedelta(hours=200)
    for said in ("8d8h", "200h", "200h or 1GB"):
        assert WRONG.judge((retention(said),), expected) == []
    for said in ("15d", "15d or 1GB", "1GB"):
        (finding,) = WRONG.judge((retention(said),), expected)
        assert (finding.expected, finding.observed) == ("samples are kept for 200h", f"for {said}")
    assert WRONG.judge((answer(b'{"status":"success","data":{}}'),), expected)
    assert WRONG.judge((answer(REPLAYING, 503),), expected)
    assert isinstance(WRONG.judge((silent(STALLED),), expected), Inconclusive)


def probed(own: Exchange, change=lambda active: None) -> tuple[Exchanges]:
    """Our own answer and Prometheus' view."""
    return (Exchanges(steps=(own, targets(change).steps[1])),)


def test_up_contradicts_an_answer_that_does_not_come():
    assert UP.judge(probed(answer(b"")), SEEN_BY) == []
    assert UP.judge(probed(silent(), down), SEEN_BY) == []
    assert UP.judge(probed(silent(), lambda active: active.pop(0)), SEEN_BY) == []
    (finding,) = UP.judge(probed(silent()), SEEN_BY)
    assert finding.observed.startswith("Prometheus has up http://127.0.0.1:23650/metrics (job auth-service);")
    assert UP.judge(probed(answer(b"", 404)), SEEN_BY)
    assert isinstance(UP.judge(probed(silent(STALLED)), SEEN_BY), Inconclusive)
    assert isinstance(UP.judge((Exchanges(steps=(silent(), answer(b"{"))),), SEEN_BY), Inconclusive)


CSV = b"# pxname,svname,stot,status,weight,chkdown,lastchg,type,check_status\n"


def statistics(status: str) -> Exchange:
    """HAProxy's statistics of one server."""
    return answer(CSV + f"api,kong-1,0,{status},1,0,2,2,L7OK\n".encode())


def exported(*states: str) -> Exchange:
    """HAProxy's exporter, of the same server."""
    lines = (f'haproxy_server_status{{proxy="api",server="kong-1",state="{state}"}} 1' for state in states)
    return answer("\n".join((*lines, "")).encode())


def test_haproxys_views_agree():
    assert HAPROXY.judge((statistics("UP"), exported("UP")), None) == []
    assert HAPROXY.judge((statistics("MAINT (via a/b)"), exported("MAINT")), None) == []
    assert HAPROXY.judge((statistics("UP 1/3"), exported("DOWN")), None) == []
    assert HAPROXY.judge((statistics("UP"), exported()), None) == []
    (finding,) = HAPROXY.judge((statistics("no check"), exported("UP")), None)
    assert finding.observed == "statistics: no check; exporter: UP"
    assert HAPROXY.judge((statistics("DOWN"), exported("UP")), None)
    assert isinstance(HAPROXY.judge((answer(b"<html>"), exported("UP")), None), Inconclusive)
    assert isinstance(HAPROXY.judge((statistics("UP"), silent(STALLED)), None), Inconclusive)


def upstreams(health: str | None) -> AdminEntities:
    """The Admin API's view of one target."""
    return AdminEntities(
        path="/upstreams",
        documents=({"id": "1", "name": "users"},),
        below=({"target": "10.0.0.1:80", "health": health, "weight": 100, "upstream": {"id": "1"}},),
    )


def told(state: str) -> Exchange:
    """Its metrics' view."""
    labels = f'upstream="users",target="10.0.0.1:80",state="{state}"'
    return answer(f"kong_upstream_target_health{{{labels}}} 1\n".encode())


def test_kongs_views_agree():
    assert KONG.judge((upstreams("HEALTHY"), told("healthy")), "kong-1") == []
    assert KONG.judge((upstreams("HEALTHY"), answer(b"")), "kong-1") == []
    assert KONG.judge((upstreams(None), told("healthy")), "kong-1") == []
    (finding,) = KONG.judge((upstreams("HEALTHY"), told("unhealthy")), "kong-1")
    assert finding.observed == "Admin API: HEALTHY; kong_upstream_target_health: unhealthy"
    assert isinstance(
        KONG.judge((AdminEntities(path="/upstreams", failure=REFUSED), told("healthy")), "kong-1"),
        Inconclusive,
    )
    assert isinstance(KONG.judge((upstreams("HEALTHY"), silent(STALLED)), "kong-1"), Inconclusive)


def test_every_check_of_scraping_is_judged_here():
    judged = set(places.CHECKS)  # in test_places.py
    judged |= {
        MISSING,
        UNEXPECTED,
        UNREADABLE,
        NOT_AN_EXPORTER,
        DOWN,
        STALE,
        WRONG,
        UP,
        HAPROXY,
        KONG,
        JOB_DIFFERS,
    }
    assert {check.id for check in CHECKS} == {check.id for check in judged}
    assert not isinstance(read_configuration(MEANT), Unreadable)
