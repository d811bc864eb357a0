"""Times in which routes are muted: whether they leave any."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from atalaia.systems.alertmanager.time_intervals import cover_all, intervals_of

ALL = [
    "[{}]",
    "[{weekdays: ['sunday:saturday']}]",
    "[{weekdays: ['monday:friday']}, {weekdays: [saturday, sunday]}]",
    "[{times: [{start_time: '00:00', end_time: '24:00'}]}]",
    "[{times: [{start_time: '00:00', end_time: '9:30'}, {start_time: '09:30', end_time: '24:00'}]}]",
    "[{months: ['1:12'], days_of_month: ['1:31']}]",
    "[{months: ['january:december'], days_of_month: ['1:-1']}]",
]
SOME = [
    "[]",
    "[{weekdays: ['monday:friday']}]",
    "[{times: [{start_time: '00:00', end_time: '23:59'}]}]",
    "[{years: ['2026']}]",
    "[{months: ['1:11']}]",
    "[{days_of_month: ['1:30']}]",
    "[{weekdays: [someday]}]",
    "[{times: [{start_time: 'noon', end_time: '24:00'}, {end_time: 'noon'}], weekdays: [monday]}]",
]


def intervals(text: str) -> Any:
    """Intervals of a configuration's text, with others beside them."""
    configuration = {
        "time_intervals": [
            {"name": "meant", "time_intervals": yaml.safe_load(text)},
            {"name": "another", "time_intervals": [{}]},
        ]
    }
    return intervals_of(configuration, ["meant", "unknown"])


@pytest.mark.parametrize("text", ALL)
def test_intervals_that_leave_no_time(text: str) -> None:
    assert cover_all(intervals(text))


@pytest.mark.parametrize("text", SOME)
def test_intervals_that_leave_some(text: str) -> None:
    assert not cover_all(intervals(text))


def test_the_old_name_of_the_section_counts_too() -> None:
    old = {"mute_time_intervals": [{"name": "n", "time_intervals": [{}]}]}
    assert intervals_of(old, ["n"]) == ({},)
    assert intervals_of({"time_intervals": None}, ["n"]) == ()
