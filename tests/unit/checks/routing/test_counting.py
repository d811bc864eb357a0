"""Who was reached, where a service leaves no mark: its own counter tells, else Kong's, else nobody."""

from __future__ import annotations

import pytest

from atalaia.checks.routes import sample
from atalaia.checks.routing.counting import counter_of
from atalaia.checks.routing.reached import ANSWERED_BY_ANOTHER
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.systems.counted import CountedSequence
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


def of_service(after: int, *, before: int = 7) -> Exchanges:
    return Exchanges(steps=(own(before), SILENT, own(after, scrapes=2)))


def of_kong(*pages: Exchange) -> Exchanges:
    before, after = pages
    return Exchanges(steps=(before, SILENT, after))


def test_the_services_own_counter_grows_by_the_request():
    assert judged(ANSWERED_BY_ANOTHER, TARGET, SILENT, of_service(8), declared=OWN) == []
    finding = only(judged(ANSWERED_BY_ANOTHER, TARGET, SILENT, of_service(7), declared=OWN))
    assert "http_requests_total grows" in finding.expected
    assert "another service answers" in finding.observed


def test_else_kongs_counter_of_the_route_grows():
    seen = (SILENT, of_kong(kongs(7), kongs(8)))
    assert judged(ANSWERED_BY_ANOTHER, TARGET, *seen, declared=declared()) == []
    assert only(judged(ANSWERED_BY_ANOTHER, TARGET, SILENT, of_kong(kongs(7), kongs(7)), declared=declared()))


def test_a_counter_that_others_move_proves_nothing():
    reason = why(judged(ANSWERED_BY_ANOTHER, TARGET, SILENT, of_service(9), declared=OWN))
    assert reason.startswith("http_requests_total grew by 2 with one request of ours: others are counted too")
    seen = of_kong(kongs(7), kongs(10))
    assert "grew by 3" in why(judged(ANSWERED_BY_ANOTHER, TARGET, SILENT, seen, declared=declared()))


def test_the_service_whose_counter_grew_instead_is_named():
    marks = {"mark": None, "metrics": "/metrics", "requests_metric": "http_requests_total"}
    services = {name: service | marks for name, service in STACK["services"].items()}
    environment = stack(FILE, services=services)
    seen = Exchanges(steps=(own(7), own(3), SILENT, own(7), own(4)))
    finding = only(judged(ANSWERED_BY_ANOTHER, TARGET, SILENT, seen, declared=environment))
    assert finding.observed.endswith("did not grow: the one of echo grew by one")
    (_, sequence) = ANSWERED_BY_ANOTHER.observes(environment, TARGET)
    assert [step.url.host for step in sequence.steps] == [
        "users.test",
        "echo.test",
        "kong.test",
        "users.test",
        "echo.test",
    ]


def test_a_count_is_waited_for_while_nothing_else_of_ours_is_sent():
    for environment in (OWN, declared()):
        _, sequence = ANSWERED_BY_ANOTHER.observes(environment, TARGET)
        assert isinstance(sequence, CountedSequence)
        assert sequence.quiet
        assert sequence.within >= 1
        ((counter, by),) = sequence.grows
        assert by == 1
        assert counter == counter_of(environment, TARGET)
        assert sequence.costs == sample(environment, TARGET, client="counted").costs


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ((kongs(7, route="other"), exchange(answer(200, "# nothing"))), "is not there"),
        ((kongs(7), kongs(3)), "began anew"),
    ],
)
def test_a_counter_that_is_not_there_or_starts_again_decides_nothing(pages, reason):
    seen = of_kong(*pages)
    assert reason in why(judged(ANSWERED_BY_ANOTHER, TARGET, SILENT, seen, declared=declared()))


def test_a_mark_that_is_there_all_the_same_is_believed():
    marked = exchange(answer(200, {}, X_Service="echo", **PROXIED))
    finding = only(judged(ANSWERED_BY_ANOTHER, TARGET, marked, of_service(8), declared=OWN))
    assert "echo answers" in finding.observed
