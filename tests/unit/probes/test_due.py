"""Whose turn it is in a run of cron."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from atalaia.exchange.cost import Cost
from probes.due import due, offset
from tests.support.probe_runs import NOW, planned, worked

MINUTE = timedelta(minutes=1)
COST = Cost(bucket="login client", requests=1, limit=100, window=3600)


def names(chosen: object) -> list[str]:
    return [one.name for one in chosen]  # type: ignore[attr-defined]


def test_everything_is_due_the_first_time() -> None:
    every = [planned("a"), planned("b", interval=timedelta(hours=1)), planned("c", costs=(COST,))]
    assert due(every, {}, NOW, MINUTE) == tuple(every)


@pytest.mark.parametrize(
    ("ago", "is_due"),
    [(0, False), (30, False), (839, False), (871, True), (900, True), (90_000, True), (-5, True)],
)
def test_a_longer_interval_waits_for_its_turn(ago: float, is_due: bool) -> None:
    """Cron is not exact: half a minute early is in time. What is of the future was seen by another clock."""
    one = planned(interval=timedelta(minutes=15))
    chosen = due([one], {one.name: worked(one, at=NOW - ago)}, NOW, MINUTE)
    assert bool(chosen) is is_due


@pytest.mark.parametrize(("ago", "is_due"), [(5, False), (53, False), (55, True)])
def test_what_takes_of_a_limiter_is_not_repeated_by_hand(ago: float, is_due: bool) -> None:
    one = planned(costs=(COST,))
    assert bool(due([one], {one.name: worked(one, at=NOW - ago)}, NOW, MINUTE)) is is_due


def test_what_takes_of_none_is() -> None:
    one = planned()
    assert due([one], {one.name: worked(one, at=NOW - 1)}, NOW, MINUTE) == (one,)


def test_the_negative_control_always_is() -> None:
    control = planned("negative-control", expects_failure=True, interval=timedelta(hours=1))
    assert due([control], {control.name: worked(control, at=NOW - 1)}, NOW, MINUTE) == (control,)


def test_without_a_state_each_has_its_turn_once_in_its_interval() -> None:
    """A runner that remembers nothing must not ask a limited service every minute."""
    hourly = [planned(f"p{number}", interval=timedelta(hours=1), costs=(COST,)) for number in range(50)]
    turns = Counter(
        name for minute in range(180) for name in names(due(hourly, None, NOW + 60 * minute, MINUTE))
    )
    assert turns == Counter({one.name: 3 for one in hourly})


def test_offsets_are_spread_and_stay() -> None:
    found = [offset(f"p{number}", 60.0) for number in range(1000)]
    assert found == [offset(f"p{number}", 60.0) for number in range(1000)]
    assert all(0 <= one < 60 for one in found)
    tenths = Counter(int(one // 6) for one in found)
    assert min(tenths.values()) > 60
    assert max(tenths.values()) < 140
