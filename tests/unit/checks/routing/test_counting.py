"""Who was reached, where a service leaves no mark: its own counter tells, else Kong's, else nobody."""

from __future__ import annotations

import pytest

from atalaia.checks.routing.counting import counter_of
from atalaia.checks.routing.reached import ANSWERED_BY_ANOTHER
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.systems.kong.request_counter import Later
from tests.support.imagined import answer
from tests.unit.checks.routing.stack import FILE, PROXIED, STACK, exchange, judged, only, stack, why

SILENT = exchange(answer(200, {"data": []}, **PROXIED))
TARGET = "/api/users"


def declared(**more: object) -> Environment:
    users = STACK["services"]["users"] | {"mark": None} | more
    return stack(FILE, services=STACK["services"] | {"users": users})


OWN = declared(metrics="/metrics", requests_metric="http_requests_total")


def own(count: int, scrapes: int = 1) -> Exchange:
    lines = (
        f'http_requests_total{{route="{route}"}} {n}' for route, n in (("/u", count), ("/metrics", scrapes))
    )
    return exchange(answer(200, "\n".join(lines)))


def kongs(count: int, route: str = "users") -> Exchange:
    labels = f'service="users",route="{route}",code="200",source="service",consumer=""'
    text = f"# TYPE kong_http_requests_total counter\nkong_http_requests_total{{{labels}}} {count}\n"
    return exchange(answer(200, text))


def test_a_counter_is_read_only_where_a_service_is_declared_to_leave_no_mark():
    assert counter_of(stack(), TARGET) is None
    assert len(ANSWERED_BY_ANOTHER.observes(stack(), TARGET)) == 1
    assert len(ANSWERED_BY_ANOTHER.observes(OWN, TARGET)) == 2
    assert "mark: null" in why(judged(ANSWERED_BY_ANOTHER, TARGET, SILENT))


@pytest.mark.parametrize(("after", "proved"), [(8, True), (7, False)])
def test_the_services_own_counter_grows_with_the_request(after, proved):
    counted = Exchanges(steps=(own(7), SILENT, own(after, scrapes=2)))
    verdict = judged(ANSWERED_BY_ANOTHER, TARGET, SILENT, counted, declared=OWN)
    assert (verdict == []) is proved
    if not proved:
        assert "http_requests_total grows" in only(verdict).expected


@pytest.mark.parametrize(("after", "proved"), [(8, True), (7, False)])
def test_else_kongs_counter_of_the_route_grows(after, proved):
    seen = (SILENT, kongs(7), kongs(after))
    assert (judged(ANSWERED_BY_ANOTHER, TARGET, *seen, declared=declared()) == []) is proved


def test_kongs_counter_is_read_again_when_it_can_have_grown():
    _, before, after = ANSWERED_BY_ANOTHER.observes(declared(), TARGET)
    assert isinstance(after, Later)
    assert after.needed[-1] == before.key
    assert after.due(SILENT.model_copy(update={"sent_at": 100.0, "elapsed": 0.5})) == 102.0


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ((kongs(7, route="other"), exchange(answer(200, "# nothing"))), "is not there"),
        ((kongs(7), kongs(3)), "began anew"),
    ],
)
def test_a_counter_that_is_not_there_or_starts_again_decides_nothing(pages, reason):
    assert reason in why(judged(ANSWERED_BY_ANOTHER, TARGET, SILENT, *pages, declared=declared()))


def test_a_mark_that_is_there_all_the_same_is_believed():
    marked = exchange(answer(200, {}, X_Service="echo", **PROXIED))
    counted = Exchanges(steps=(own(7), SILENT, own(8)))
    assert "echo answers" in only(judged(ANSWERED_BY_ANOTHER, TARGET, marked, counted, declared=OWN)).observed
