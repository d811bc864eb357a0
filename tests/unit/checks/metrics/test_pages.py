"""Judges of pages of metrics: each one's passing, failing and inconclusive answers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from atalaia.checks.check import Inconclusive, NotDeclared
from atalaia.checks.gateway import NOT_READY as GATEWAY_NOT_READY
from atalaia.checks.metrics.asking import page_samples
from atalaia.checks.metrics.exposition import CHECKS
from atalaia.checks.metrics.exposition.figures import COUNTER_FELL, SLOW, TOO_MANY_SERIES, Budget, Limit
from atalaia.checks.metrics.exposition.form import (
    BROKEN_HISTOGRAM,
    DUPLICATE_SERIES,
    IMPOSSIBLE_VALUE,
    MALFORMED,
    Whose,
)
from atalaia.checks.metrics.exposition.leaks import SECRET_SHOWN
from atalaia.checks.metrics.exposition.names import BAD_NAME
from atalaia.checks.metrics.exposition.owner import OTHER_SERVER, Owner
from atalaia.checks.metrics.exposition.present import MISSING, UNREADABLE, WRONG_CONTENT_TYPE, Place, readable
from atalaia.checks.metrics.exposition.redirects import SENT_ELSEWHERE
from atalaia.checks.metrics.exposition.required import (
    MISSING_LABEL,
    MISSING_METRIC,
    Required,
    settled_page,
)
from atalaia.checks.metrics.exposition.times import WRONG_TIMESTAMP, Clocked
from atalaia.checks.services import UNHEALTHY
from atalaia.checks.stores import usable_stores
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.systems.prometheus.count_page import tells
from atalaia.systems.prometheus.counted_page import CountedPage
from tests.support.imagined import environment

TEXT = "text/plain; version=0.0.4; charset=utf-8"
DATA = Path(__file__).parents[3] / "data" / "metrics-pages"
GOOD = (DATA / "auth-service.txt").read_bytes()
SERVICE = Whose("service", "service")
STALLED = Failure(reason=Reason.STALLED, detail="no answer within 1s, while this machine held Atalaia up")
REFUSED = Failure(reason=Reason.PROTOCOL, detail="Server disconnected without sending a response.")


def step(body: bytes = GOOD, *, status: int = 200, elapsed: float = 0.01, **changes) -> Exchange:
    """One look at a page."""
    kind = changes.pop("kind", TEXT)
    headers = (*(() if kind is None else (("Content-Type", kind),)), *changes.pop("headers", ()))
    response = Response(status=status, headers=headers, body=body, truncated=changes.pop("truncated", False))
    failure = changes.get("failure")
    return Exchange(
        method="GET",
        url="http://auth/metrics",
        request_id="1",
        response=None if failure else response,
        elapsed=elapsed,
        answered_by=Hop.SERVICE,
        **changes,
    )


def looks(*steps: Exchange, held_up: float = 0.0) -> tuple[Exchanges]:
    """Several looks at it; three good ones, where none is given."""
    return (Exchanges(steps=steps or (step(), step(), step()), held_up=held_up),)


def observed(check, seen, expected) -> list[str]:
    verdict = check.judge(seen, expected)
    assert not isinstance(verdict, Inconclusive), verdict
    return [finding.observed for finding in verdict]


def inconclusive(check, seen, expected) -> str:
    verdict = check.judge(seen, expected)
    assert isinstance(verdict, Inconclusive), verdict
    return verdict.reason


EXPECTED = {
    SENT_ELSEWHERE: "service",
    MISSING: Place("service"),
    WRONG_CONTENT_TYPE: "service",
    UNREADABLE: "service",
    OTHER_SERVER: Owner("service", "auth-service", "service", ("auth-service", "user-service"), ()),
    MALFORMED: SERVICE,
    DUPLICATE_SERIES: SERVICE,
    BROKEN_HISTOGRAM: SERVICE,
    IMPOSSIBLE_VALUE: SERVICE,
    COUNTER_FELL: SERVICE,
    TOO_MANY_SERIES: Budget("service", 5000),
    SLOW: Limit("service", timedelta(milliseconds=100)),
    BAD_NAME: SERVICE,
    SECRET_SHOWN: "service",
    WRONG_TIMESTAMP: Clocked("service", honored=True),
}
NEEDED = {"http_requests_total": ("method", "route", "status"), "process_cpu_seconds_total": ()}
REQUIRED = Required("service", NEEDED, "kong.yml:7")


def test_a_good_page_passes_every_judge():
    for check, expected in EXPECTED.items():
        assert observed(check, looks(), expected) == [], check
    for check in (MISSING_METRIC, MISSING_LABEL):
        assert observed(check, (step(),), REQUIRED) == []
    assert {*EXPECTED, MISSING_METRIC, MISSING_LABEL} == set(CHECKS)


@pytest.mark.parametrize(
    ("look", "what"),
    [
        (step(b"", status=404), "404 with an empty body"),
        (step(b"<html><body>Shop</body></html>"), "200 with HTML instead of a page of metrics"),
        (step(b'{"status": "UP", "service": "auth-service"}'), "other JSON instead of a page of metrics"),
        (step(b""), "an empty body instead of a page of metrics"),
        (step(failure=REFUSED), "no answer: protocol: Server disconnected"),
    ],
)
def test_an_answer_that_is_no_page(look, what):
    (told,) = observed(MISSING, looks(step(), look), Place("service"))
    assert what in told


def sent_on(location: str, **changes) -> Exchange:
    return step(b"", status=302, headers=(("Location", location),), **changes)


@pytest.mark.parametrize(
    ("look", "what"),
    [
        (
            sent_on("https://me:pw@login.test/in?state=s3cret"),
            "302, a redirect to https://login.test/in, which",
        ),
        (sent_on("//other.test"), "302, a redirect to http://other.test, which"),
        (sent_on("http://[/"), "302, a redirect to what is no address"),
        (
            step(
                failure=Failure(reason=Reason.REDIRECTS, detail="more than 10 redirects"),
                redirects=("http://auth/loop?x=1",),
            ),
            "more than 10 redirects, the last to http://auth/loop",
        ),
    ],
)
def test_a_page_that_is_elsewhere_is_told_with_where_and_is_not_missing(look, what):
    (told,) = observed(SENT_ELSEWHERE, looks(step(), look), "service")
    assert told.startswith(what)
    for secret in ("s3cret", "pw", "x=1"):
        assert secret not in told


def test_a_redirect_within_the_server_is_followed_and_told_where_it_leads_to_no_page():
    moved = step(redirects=("http://auth/metrics/",))
    assert observed(SENT_ELSEWHERE, looks(moved), "service") == []
    assert observed(MISSING, looks(moved), Place("service")) == []
    login = step(b"<html></html>", redirects=("http://auth/login?next=/metrics",))
    assert observed(SENT_ELSEWHERE, looks(login), "service") == []
    (told,) = observed(MISSING, looks(login), Place("service"))
    assert told == "200 with HTML instead of a page of metrics; sent on to http://auth/login"
    (told,) = observed(MISSING, looks(step(b"", status=304)), Place("service"))
    assert told == "the service answered 304 with an empty body"


def test_a_stalled_machine_was_sent_nowhere():
    assert "held Atalaia up" in inconclusive(SENT_ELSEWHERE, looks(step(failure=STALLED)), "service")


def test_an_exporters_page_is_asked_for_with_its_credentials_and_within_its_server():
    exporters = {
        "named": {"url": "http://x.test:1/metrics", "username": "me", "password": "s3cret-1"},
        "inside": {"url": "http://you:s3cret-2@x.test:2/metrics"},
        "open": {"url": "http://x.test:3/probe?target=a&key=s3cret-3"},
    }
    stack = environment(metrics={"exporters": exporters})
    asked = {name: page_samples(stack, name).steps[0] for name in exporters}
    told = {
        name: (each.username, each.password.get_secret_value() if each.password else None)
        for name, each in asked.items()
    }
    assert told == {"named": ("me", "s3cret-1"), "inside": ("you", "s3cret-2"), "open": (None, None)}
    assert all(each.follow_redirects and each.within_origin for each in asked.values())
    assert asked["open"].target == "/probe?target=a&key=s3cret-3"
    assert {"s3cret-1", "s3cret-2", "s3cret-3"} <= stack.secrets()
    assert "s3cret" not in "".join(map(repr, asked.values()))


def test_a_page_at_a_stores_own_address_says_so():
    (told,) = observed(MISSING, looks(step(failure=REFUSED)), Place("monitoring", "PostgreSQL"))
    assert told.endswith("the address is that of PostgreSQL, which speaks no HTTP")


def test_a_broken_page_is_not_a_missing_one():
    body = GOOD.replace(b"\n", b"\r\n")
    assert observed(MISSING, looks(step(body)), Place("service")) == []
    assert observed(UNREADABLE, looks(step(), step(body)), "service") == [
        "line 2: 79 lines end with CR LF instead of LF"
    ]


def test_a_long_page_is_known_by_its_beginning_and_what_is_none_by_all_of_it():
    text = b"Lorem ipsum, dolor sit\n" * 4000
    assert observed(MISSING, looks(step(GOOD + text)), Place("service")) == []
    (told,) = observed(MISSING, looks(step(b"<html>\n" + text)), Place("service"))
    assert told == "200 with HTML instead of a page of metrics"
    assert observed(MISSING, looks(step(b"# a comment\n" * 9000 + GOOD)), Place("service")) == []


def test_a_stalled_machine_has_seen_no_missing_page():
    assert "held Atalaia up" in inconclusive(MISSING, looks(step(failure=STALLED)), Place("service"))
    assert "429" in inconclusive(MISSING, looks(step(b"", status=429)), Place("service"))


@pytest.mark.parametrize(
    ("kind", "body", "what"),
    [
        (None, GOOD, "no Content-Type"),
        ("application/json", GOOD, "application/json"),
        (TEXT, GOOD + b"# EOF\n", "OpenMetrics that is announced as text/plain"),
    ],
)
def test_a_content_type_that_misleads(kind, body, what):
    assert what in observed(WRONG_CONTENT_TYPE, looks(step(body, kind=kind)), "service")[0]


def test_of_a_page_that_is_cut_nothing_is_said_but_its_size():
    seen = looks(step(truncated=True))
    cut = (
        UNREADABLE, OTHER_SERVER, MALFORMED, COUNTER_FELL, BAD_NAME, SECRET_SHOWN, TOO_MANY_SERIES,
        WRONG_TIMESTAMP, SLOW,
    )  # fmt: skip
    for check in cut:
        assert "longer than the 16 MiB" in inconclusive(check, seen, EXPECTED[check])
    assert observed(TOO_MANY_SERIES, seen, Budget("service", 10))[0].startswith("more than 55 series; ")


def test_a_password_that_is_a_word_of_the_page_breaks_it_not():
    body = b"# TYPE [redacted]_up gauge\n[redacted]_up 1\n" + GOOD
    assert observed(UNREADABLE, looks(step(body)), "service") == []


def test_a_token_that_was_made_harmless_hides_no_flaw_of_its_line():
    token = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.[redacted]"
    seen = looks(step(GOOD + b'sessions{token="%s"} 1,5\n' % token))
    assert observed(UNREADABLE, seen, "service") == ["line 80: the value of sessions is no number"]
    assert len(observed(SECRET_SHOWN, seen, "service")) == 1


@pytest.mark.parametrize(
    ("look", "target", "what"),
    [
        (step(headers=(("X-Service", "user-service"),)), "auth-service", "user-service, as X-Service says"),
        (step(), "user-service", "auth-service, as its label `service` says"),
        (step((DATA / "node-exporter.txt").read_bytes()), "auth-service", "the page of a node exporter"),
    ],
)
def test_another_servers_page_says_whose_it_is(look, target, what):
    owner = Owner("service", target, "service", ("auth-service", "user-service"), ())
    assert what in observed(OTHER_SERVER, looks(look), owner)[0]


def test_an_exporters_page_has_its_own_metrics():
    owner = Owner("monitoring", "haproxy-exporter", "haproxy", ("health-service",), ())
    told = observed(OTHER_SERVER, looks(step(headers=(("X-Service", "health-service"),))), owner)
    assert told == ["the page of health-service"]
    assert observed(OTHER_SERVER, looks(step(b"up 1\n")), owner) == ["a page without any metric of haproxy"]
    assert observed(OTHER_SERVER, looks(step((DATA / "haproxy-exporter.txt").read_bytes())), owner) == []


def test_two_services_with_one_page_are_told_by_its_figures():
    body = b"# TYPE t histogram\n# HELP t T\nt_sum 0.123456789\nprocess_start_time_seconds 17\n"
    owner = Owner("service", "user-service", "service", ("auth-service", "user-service"), ("auth-service",))
    both = (*looks(step(body)), *looks(step(body)))
    assert observed(OTHER_SERVER, both, owner) == ["the page of auth-service, figure for figure"]
    marked = looks(step(body, headers=(("X-Service", "user-service"),)))
    assert observed(OTHER_SERVER, (*marked, *looks(step(body))), owner) == []
    assert observed(OTHER_SERVER, (*looks(step(body)), *looks(step(status=404))), owner) == []


def test_several_servers_behind_one_address_take_turns():
    starts = (b"process_start_time_seconds 200\n", b"process_start_time_seconds 100\n")
    (told,) = observed(OTHER_SERVER, looks(*map(step, starts)), EXPECTED[OTHER_SERVER])
    assert "several servers by turns" in told


def test_flaws_that_pass_are_those_of_a_page_while_it_is_written():
    broken = GOOD.replace(b'le="+Inf"', b'le="20.0"')
    assert observed(BROKEN_HISTOGRAM, looks(step(broken), step()), SERVICE) == []
    (told,) = observed(BROKEN_HISTOGRAM, looks(step(broken), step(broken)), SERVICE)
    assert 'lacks the bucket le="+Inf"' in told
    assert told.endswith("more like it")


def test_what_a_vendor_means_is_no_flaw_of_its_page():
    body = b"# TYPE pg_stat_database_stats_reset counter\npg_stat_database_stats_reset NaN\n"
    assert observed(IMPOSSIBLE_VALUE, looks(step(body)), Whose("monitoring", "postgres")) == []
    assert observed(IMPOSSIBLE_VALUE, looks(step(body)), SERVICE) != []


@pytest.mark.parametrize(
    ("check", "added"),
    [
        (MALFORMED, b"# HELP service_info Another\n"),
        (DUPLICATE_SERIES, b"again 1\nagain 1\n"),
        (IMPOSSIBLE_VALUE, b"# TYPE c_total counter\nc_total -1\n"),
        (BAD_NAME, b"# TYPE queueDepth gauge\n# HELP queueDepth Q\nqueueDepth 1\n"),
    ],
)
def test_what_is_against_the_rules_is_told(check, added):
    assert len(observed(check, looks(step(GOOD + added)), SERVICE)) == 1


def test_of_many_bad_names_the_first_are_told():
    body = b"".join(b'# HELP q%d Q\n# TYPE q%d gauge\nq%d{aB="1"} 1\n' % (3 * (at,)) for at in range(8))
    told = observed(BAD_NAME, looks(step(body)), SERVICE)
    assert len(told) == 5
    assert told[-1].endswith("and 3 more metrics")


COUNTED = b"# TYPE c_total counter\nc_total %d\nprocess_start_time_seconds %d\n"


def test_a_counter_that_falls_is_told_unless_its_server_was_started_anew():
    fall = looks(step(COUNTED % (7, 1)), step(COUNTED % (5, 1)))
    assert observed(COUNTER_FELL, fall, SERVICE) == ["c_total fell from 7 to 5"]
    restart = looks(step(COUNTED % (7, 1)), step(COUNTED % (0, 9)))
    assert "started anew" in inconclusive(COUNTER_FELL, restart, SERVICE)


def test_a_rate_that_its_vendor_calls_a_counter_may_fall():
    named = b"# TYPE %s counter\n%s %d\n"
    rate = b"haproxy_process_http_comp_bytes_in_total"
    looked = looks(step(named % (rate, rate, 2001)), step(named % (rate, rate, 1987)))
    assert observed(COUNTER_FELL, looked, Whose("load-balancer", "haproxy")) == []
    assert len(observed(COUNTER_FELL, looked, SERVICE)) == 1


def test_too_many_series_name_the_label_that_makes_them():
    body = b"".join(b'sessions{user="%d",app="a"} 1\n' % user for user in range(50))
    told = observed(TOO_MANY_SERIES, looks(step(body)), Budget("service", 40))
    assert told == ["50 series; sessions has 50, with 50 values of user"]


def test_too_many_series_of_many_metrics_tell_that_it_is_the_names():
    body = b"up 1\n" + b"".join(b'g%d{x="y"} 1\n' % at for at in range(50))
    told = observed(TOO_MANY_SERIES, looks(step(body)), Budget("service", 40))
    assert told == ["51 series; of 51 metrics: it is the names that are many, 50 of them g and a number"]
    others = b"".join(bytes([97 + at]) + b" 1\n" for at in range(20))
    told = observed(TOO_MANY_SERIES, looks(step(others)), Budget("service", 10))
    assert told == ["20 series; of 20 metrics: it is the names that are many"]


@pytest.mark.parametrize(
    ("ago", "what"),
    [
        (100 * 86400, "a time 100 days ago: Prometheus drops it"),
        (3700, "a time 1 h ago: Prometheus drops it"),
        (400, "a time 6 min ago: no query for now sees it"),
        (-700, "a time 11 min ahead: Prometheus drops it"),
    ],
)
def test_a_sample_with_a_time_that_nothing_comes_of_is_told(ago, what):
    now = 1700000000.0
    body = b'fresh 1\nt_total 1 %d\nt_total{a="b"} 1 %d\n' % (2 * (int((now - ago) * 1000),))
    look = looks(step(body, sent_at=now))
    (told,) = observed(WRONG_TIMESTAMP, look, EXPECTED[WRONG_TIMESTAMP])
    assert told == f"line 2: t_total has {what}"
    assert observed(WRONG_TIMESTAMP, look, Clocked("service", honored=False)) == []


def test_a_sample_may_be_as_old_as_a_query_looks_back():
    body = b"a 1 1699999800000\nb 1 1700000300000\nc 1\n"
    assert observed(WRONG_TIMESTAMP, looks(step(body, sent_at=1.7e9)), EXPECTED[WRONG_TIMESTAMP]) == []


def test_a_beyond_all_bounds_timestamp_is_told_and_breaks_nothing():
    body = b"a 1 " + b"9" * 400 + b"\n"
    (told,) = observed(WRONG_TIMESTAMP, looks(step(body, sent_at=1.7e9)), EXPECTED[WRONG_TIMESTAMP])
    assert "ahead" in told


def test_slow_is_the_median_and_not_a_busy_machines_moment():
    limit = EXPECTED[SLOW]
    late, soon = step(elapsed=0.2), step(elapsed=0.02)
    assert observed(SLOW, looks(late, soon, soon), limit) == []
    assert observed(SLOW, looks(late, late, soon), limit) == ["a median of 200 ms over 3"]
    assert "held Atalaia itself up" in inconclusive(SLOW, looks(late, late, soon, held_up=0.15), limit)
    # Even without the moment it would be slow.
    assert observed(SLOW, looks(late, late, late, held_up=0.06), limit) == ["a median of 200 ms over 3"]


def test_a_secret_is_told_by_its_place_and_never_itself():
    token = "f9e8d7c6b5a4f3e2d1c0"
    body = GOOD + b'sessions{token="%s"} 1\nsessions{token="%s0"} 1\n' % (token.encode(), token.encode())
    told = observed(SECRET_SHOWN, looks(step(body)), "service")
    assert told == ["line 80: the label token of sessions holds 20 random characters"]
    assert token not in str(SECRET_SHOWN.judge(looks(step(body)), "service"))
    (told,) = observed(
        SECRET_SHOWN, looks(step(b"# HELP up postgres://app:hunter22@db/app\nup 1\n")), "service"
    )
    assert told == "the HELP of up holds an address with a password"


def test_a_secret_is_told_also_of_a_page_that_nobody_can_read_or_read_to_its_end():
    line = b'sessions{token="f9e8d7c6b5a4f3e2d1c0"} 1,5\n'
    what = "the label token of sessions holds 20 random characters"
    for look in (step(line + GOOD), step(line + GOOD, truncated=True)):
        assert observed(SECRET_SHOWN, looks(look), "service") == [f"line 1: {what}"]
    broken = step(GOOD + line.replace(b"\n", b"\r\n") + b"c 1,5\n")
    assert observed(SECRET_SHOWN, looks(broken), "service") == [f"line 80: {what}"]


def test_only_a_missing_page_blocks_the_look_for_secrets():
    stack = environment()
    (target, *_) = SECRET_SHOWN.targets(stack)
    assert SECRET_SHOWN.requires(stack, target) == ((MISSING, target),)


@pytest.mark.parametrize(
    ("malformed", "promise"),
    [(b'a 1\nb 1\na{c="d"} 1\n', "every metric in one group"), (b"a 1\n\0\n", "lines without NUL or CR")],
)
def test_what_is_expected_is_what_the_flaw_is_against(malformed, promise):
    (finding,) = MALFORMED.judge(looks(step(malformed)), SERVICE)
    assert promise in finding.expected


def test_a_required_metric_may_be_there_without_a_series():
    body = b"# TYPE http_requests_total counter\nprocess_cpu_seconds_total 1\n"
    assert observed(MISSING_METRIC, (step(body),), REQUIRED) == []
    assert "nothing was counted yet" in inconclusive(MISSING_LABEL, (step(body),), REQUIRED)


def test_a_required_metric_that_is_not_there():
    (finding,) = MISSING_METRIC.judge((step(b"process_cpu_seconds_total 1\n"),), REQUIRED)
    assert finding.observed == "no http_requests_total among 1 metrics"
    assert finding.cause == "kong.yml:7"


def test_a_required_label_under_another_name():
    body = GOOD.replace(b"route=", b"path=")
    (told,) = observed(MISSING_LABEL, (step(body),), REQUIRED)
    assert told == "series of http_requests_total without route; their labels: method, path, service, status"


def test_a_page_that_went_away_says_nothing_about_its_metrics():
    for check in (MISSING_METRIC, MISSING_LABEL):
        assert "was there before" in inconclusive(check, (step(failure=REFUSED),), REQUIRED)
        assert "held Atalaia up" in inconclusive(check, (step(failure=STALLED),), REQUIRED)


METRICS = {
    "exporters": {
        "postgres-exporter": {"url": "http://pg-exporter.test:9187/metrics", "kind": "postgres"},
        "wrong-exporter": {"url": "http://pg.test:5432/metrics", "kind": "postgres"},
    },
    "required": {"kong": {"kong_http_requests_total": ["code"]}, "service": {"up": []}},
}
SERVICES = {
    name: {"url": f"http://{name}.test:3001", "metrics": "/metrics", "gateway_health": f"/api/{name}/health"}
    for name in ("auth-service", "user-service")
}
STACK = environment(
    metrics=METRICS, services=SERVICES, prometheus={"url": "http://p.test:9090", "scrape_duration": "100ms"}
)


def test_every_page_is_a_target_of_every_check_that_has_one():
    pages = (
        "auth-service", "user-service", "kong-1-status", "kong-2-status", "postgres-exporter",
        "wrong-exporter", "prometheus", "alertmanager", "pushgateway",
    )  # fmt: skip
    assert MISSING.targets(STACK) == SLOW.targets(STACK) == pages
    assert MISSING_LABEL.targets(STACK) == pages[:4]


def test_what_is_not_declared_is_not_judged():
    bare = environment(services={}, gateway=None, prometheus=None, alertmanager=None, pushgateway=None)
    assert isinstance(MISSING.targets(bare), NotDeclared)
    assert SLOW.targets(environment()) == NotDeclared("prometheus.scrape_duration")
    assert MISSING_METRIC.targets(environment()) == NotDeclared("metrics.required")


def test_a_page_needs_its_server_and_what_it_tells_of():
    targets = ("auth-service", "kong-1-status", "postgres-exporter")
    needs = {
        target: {(check.id, name) for check, name in SENT_ELSEWHERE.requires(STACK, target)}
        for target in targets
    }
    assert all(MISSING.requires(STACK, target) == ((SENT_ELSEWHERE, target),) for target in targets)
    assert (UNHEALTHY.id, "auth-service") in needs["auth-service"]
    assert (GATEWAY_NOT_READY.id, "kong-1") in needs["kong-1-status"]
    store = {(check.id, name) for check, name in usable_stores(STACK, ("postgres",))}
    assert store
    assert store < needs["postgres-exporter"]
    assert readable(STACK, "grafana") == ()


def test_the_address_of_a_store_is_known_before_anything_is_sent():
    assert MISSING.expects(STACK, "wrong-exporter") == Place("monitoring", "PostgreSQL")
    assert MISSING.expects(STACK, "postgres-exporter") == Place("monitoring")


def test_kongs_page_is_looked_at_after_a_request_through_its_node():
    settled = settled_page(STACK, "kong-1-status")
    assert isinstance(settled, CountedPage)
    assert settled.after is not None
    assert settled.after.key == "GET kong-1-proxy /api/auth-service/health"
    assert settled.page == page_samples(STACK, "kong-1-status").steps[0]
    assert settled_page(STACK, "auth-service") == page_samples(STACK, "auth-service")


@pytest.mark.parametrize(
    ("page", "whole"),
    [
        (b"", False),
        (b"# TYPE a_total counter\n# TYPE b_ms histogram\n", False),
        (b"a_total 1\n", False),
        (b'a_total 1\nb_ms_bucket{le="+Inf"} 1\n', True),
    ],
)
def test_a_page_tells_of_a_metric_by_its_series(page, whole):
    assert tells(page, ("a_total", "b_ms")) is whole


def test_services_are_held_against_those_before_them_only():
    assert len(OTHER_SERVER.observes(STACK, "auth-service")) == 1
    assert len(OTHER_SERVER.observes(STACK, "user-service")) == 2
    assert len(OTHER_SERVER.observes(STACK, "postgres-exporter")) == 1
