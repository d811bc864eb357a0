"""What the stack's own side of a run tells: who missed requests, who spent the time, what was full."""

from __future__ import annotations

import pytest

from loadtests.measured import Measured, Series, Worker
from loadtests.server_side.judging import complete, denied, full, least, missed, sent, shares, spent
from loadtests.server_side.model import HopName, HopSeen, Reading


def measured(*, warm_up: int = 0, lost: bool = False, **failures: int) -> Measured:
    worker = Worker(name="one", intended=1000, sent=1000, done=1000, warm_up=warm_up, lost=lost)
    series = Series(intended=1000, sent=1000, good=1000 - sum(failures.values()), failures=failures)
    return Measured(began=0, ended=10, workers_expected=1, workers=(worker,), series={"GET /": series})


def hop(name: HopName, requests: float | None = None, mean: float | None = None) -> HopSeen:
    return HopSeen(name=name, requests=requests, mean=mean)


@pytest.mark.parametrize(
    ("failures", "answered"),
    [
        ({}, 1000),
        ({"503": 10, "body": 5, "body: nothing at /id": 5, "dropped": 3}, 1000),
        ({"connection reset": 10}, 990),
        ({"timeout": 4, "connection refused": 6, "503": 7}, 990),
    ],
)
def test_a_hop_must_have_seen_what_was_answered(failures: dict[str, int], answered: int) -> None:
    assert least(measured(**failures)) == answered


def test_warm_ups_were_sent_too_and_may_have_gone_unanswered_as_often() -> None:
    assert sent(measured(warm_up=200)) == least(measured(warm_up=200)) == 1200
    assert least(measured(warm_up=200, timeout=100)) == 1200 - 100 - 20


def test_a_lost_worker_took_its_count_with_it() -> None:
    assert sent(measured(lost=True)) is None
    assert least(measured(lost=True)) is None
    assert list(missed([hop("gateway", 1)], None, None)) == []


def test_a_hop_that_has_seen_too_few_is_named() -> None:
    hops = [hop("load balancer", 1000), hop("gateway", 899), hop("services")]
    (told,) = missed(hops, 1000, 900)
    assert told.startswith("gateway: has seen 899 of 1000 requests that were sent, where 900 were answered")
    assert not complete(hops, 900)
    assert complete(hops, 899)
    assert complete(hops, None)


def test_a_load_that_was_not_alone_is_told_but_not_of_health_checks() -> None:
    (told,) = missed([hop("load balancer", 1100), hop("services", 5000)], 1000, 1000)
    assert told == "load balancer: has seen 1100 requests, 100 more than were sent: the load was not alone"
    assert list(missed([hop("load balancer", 1050)], 1000, 1000)) == [], "what probes may have sent"


def test_the_mean_is_divided_over_the_way() -> None:
    hops = [hop("load balancer", mean=0.090), hop("gateway", mean=0.080), hop("services", mean=0.050)]
    parts = shares(0.100, hops, upstream=0.060)
    assert [(part.where, round(part.seconds, 6)) for part in parts] == [
        ("before the load balancer", 0.010),
        ("load balancer", 0.010),
        ("gateway", 0.020),
        ("between gateway and services", 0.010),
        ("services", 0.050),
    ]
    assert spent(parts) == "services"


def test_what_was_not_measured_is_part_of_what_comes_before() -> None:
    parts = shares(0.100, [hop("load balancer"), hop("gateway", mean=0.030), hop("services")], None)
    assert [(part.where, round(part.seconds, 6)) for part in parts] == [
        ("before the gateway", 0.070), ("gateway", 0.030),
    ]  # fmt: skip
    assert spent(parts) == "before the gateway"


def test_nothing_is_said_of_what_nobody_measured() -> None:
    assert shares(0.1, [hop("load balancer"), hop("gateway")], None) == ()
    assert shares(None, [hop("gateway", mean=0.1)], None) == ()
    assert spent(()) == ""


def test_means_that_contradict_one_another_never_make_a_negative_share() -> None:
    parts = shares(0.010, [hop("gateway", mean=0.012), hop("services", mean=0.005)], None)
    assert [part.seconds for part in parts] == pytest.approx([0.0, 0.007, 0.005])


def test_what_the_front_refused_is_told() -> None:
    assert list(denied(None)) == list(denied(0)) == []
    assert list(denied(7)) == ["load balancer: denied 7 requests itself, which nobody behind it has seen"]


def reading(what: str, value: float, *, unit: str = "", limit: float | None = None) -> Reading:
    return Reading(of="PostgreSQL", what=what, value=value, unit=unit, limit=limit)


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (reading("connections, most", 80, limit=100), ["PostgreSQL: connections, most 80 of 100"]),
        (reading("connections, most", 79, limit=100), []),
        (reading("connections, most", 5000), []),
        (reading("processors, mean", 90, unit="%"), ["PostgreSQL: processors, mean 90%"]),
        (reading("processors, mean", 89, unit="%"), []),
        (reading("queue, most", 1), ["PostgreSQL: queue, most 1: requests waited for a server"]),
        (reading("queue, most", 0), []),
    ],
)
def test_what_was_nearly_used_up_is_told(one: Reading, told: list[str]) -> None:
    assert list(full([one])) == told
