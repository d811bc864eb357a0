"""What is made of a limiter's answers: its figures, its windows, when it lets pass again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atalaia.environment.url import parse_url
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.systems.haproxy.rate import allowed_again
from atalaia.systems.limiter.counter import counted
from atalaia.systems.limiter.recovery import LimiterRecovery
from atalaia.systems.limiter.stretch import stretches
from atalaia.systems.limiter.told import Told, told
from tests.support.kong_recordings import recordings
from tests.support.limiters import START, limited, seen, used_up


def test_a_real_kongs_headers_are_read():
    first = next(each for each in recordings("rate-limiting") if each.status == 200)
    said = told(Response(status=200, headers=tuple(first.headers)))
    assert said.anything
    assert said.limit is not None
    assert set(said.limits) == set(said.left)
    denial = next(
        each for each in recordings("rate-limiting")
        if each.status == 429 and any(name == "Retry-After" for name, _ in each.headers)
    )  # fmt: skip
    said = told(Response(status=429, headers=tuple(denial.headers)))
    assert said.retry_after == said.reset


@pytest.mark.parametrize("value", ["", "five", "-1", "1.5", "Sat, 21 Nov 2026 10:00:00 GMT", "9" * 40])
def test_what_is_no_number_is_not_told(value):
    names = (
        "RateLimit-Limit",
        "RateLimit-Remaining",
        "RateLimit-Reset",
        "Retry-After",
        "X-RateLimit-Limit-Hour",
    )
    assert told(Response(status=429, headers=tuple((name, value) for name in names))) == Told()
    assert not told(None).anything


def test_what_is_left_is_that_of_the_window_that_is_asked_for():
    said = told(limited(3, hour=(100, 90)))
    assert (said.left_in(60.0, 5), said.left_in(3600.0, 100)) == (3, 90)
    bare = Told(limit=5, remaining=4)
    assert (bare.left_in(60.0, 5), bare.left_in(60.0, 7)) == (4, None)


def parts(steps, **more):
    found = stretches(seen(steps), more.pop("limit", 5), 60.0, **more)
    return [(len(part.passed), len(part.denied), part.used_before) for part in found]


def test_requests_of_one_window_are_one_stretch():
    assert parts(used_up(5)) == [(5, 2, 0)]


def test_a_window_begins_where_more_is_left_than_before():
    assert parts([*used_up(3, denied=0), *used_up(5, at=START + 60)]) == [(3, 0, 0), (5, 2, 0)]


def test_what_others_used_before_is_told_by_the_first_answer():
    assert parts(used_up(3, used=2)) == [(3, 2, 2)]
    assert parts([limited(0, denied=True)]) == [(0, 1, 5)]


def test_nodes_that_count_for_themselves_are_one_stretch():
    each = [limited(4 - n // 2, node=n % 2, at=START + n / 100) for n in range(10)]
    assert parts([*each, limited(0, denied=True)]) == [(10, 1, 0)]


def test_without_headers_the_clocks_minute_decides():
    silent = [limited(None, at=START + 59 + n / 2) for n in range(4)]
    assert parts(silent) == [(2, 0, None), (2, 0, None)]
    assert parts(silent, aligned=False) == [(4, 0, None)]


@given(st.lists(st.tuples(st.none() | st.integers(0, 9), st.booleans(), st.integers(0, 1)), max_size=30))
def test_no_answers_are_lost_or_counted_twice(given_answers):
    steps = [limited(left, denied=denied, node=node) for left, denied, node in given_answers]
    found = stretches(seen(steps), 5, 60.0)
    assert sum(len(part.passed) for part in found) == sum(not denied for _, denied, _ in given_answers)
    assert sum(len(part.denied) for part in found) == sum(denied for _, denied, _ in given_answers)


PAGE = """# HELP http_requests_total HTTP requests answered
# TYPE http_requests_total counter
http_requests_total{method="GET",route="/health",status="200"} 40
http_requests_total{method="GET",route="/api/v1/users",status="200"} 5.0
http_requests_total{method="GET",route="/a \\"b\\"",status="401"} 2 1700000000
http_requests_total_created{route="/api"} 7
http_requests_in_flight 3
"""


def test_a_counter_is_summed_up_without_what_is_left_out():
    assert counted(PAGE, "http_requests_total", ("/health",)) == 7
    assert counted(PAGE, "http_requests_total") == 47
    assert counted(PAGE, "http_requests_in_flight") == 3
    assert counted(PAGE, "other_total") is None
    assert counted("# TYPE x_total counter\n", "x_total") == 0


@given(st.text(), st.text(min_size=1))
def test_no_page_makes_the_counter_raise(page, metric):
    counted(page, metric)
    counted(f"{metric}{{{page}}} {page}\n{metric} nan\n{metric} 1e999", metric)


def test_haproxy_lets_pass_again_soon_in_the_second_period():
    # 106 requests against 100 in 60 s: in the second period they weigh 106 x (what is left of it).
    moment = allowed_again(0.0, 106, 100, 60.0)
    assert 60 < moment < 70
    left = (120 - (moment - 0.05 * 60)) / 60
    assert 106 * left + 1 <= 100 + 1e-9
    assert allowed_again(0.0, 5000, 100, 60.0) <= 2.05 * 60
    assert allowed_again(0.0, 0, 100, 60.0) <= 1.05 * 60 + 1e-9


def recovery(**changes) -> LimiterRecovery:
    url = parse_url("http://k.test", frozenset({"http"}))
    return LimiterRecovery(key="k", hop=Hop.GATEWAY, url=url, target="/", limit=5, window=60.0, **changes)


def test_a_denied_client_comes_back_when_retry_after_has_passed():
    steps = used_up(5, denied=1, at=START + 20)
    assert recovery().due(seen(steps)) == pytest.approx(steps[-1].sent_at + 39, abs=0.2)


def test_it_waits_for_a_window_at_most_whatever_it_is_told():
    steps = [*used_up(5, denied=0), limited(0, denied=True, reset=86400)]
    assert recovery().due(seen(steps)) <= START + 61
    silent = [limited(None), limited(None, denied=True, without=("Retry-After",))]
    assert recovery().due(seen(silent)) == pytest.approx(START + 60, abs=0.2)


def test_forged_requests_that_were_denied_count_too():
    steps = used_up(5, denied=1)
    later = limited(0, denied=True, at=START + 5)
    assert recovery().due(seen(steps, forged=(later,))) == pytest.approx(START + 60, abs=0.2)
    assert recovery(sliding=True).due(seen(steps, forged=(later,))) > START + 60


def test_where_nothing_was_denied_nothing_is_waited_for():
    assert recovery().due(seen([limited(4)])) == 0.0
