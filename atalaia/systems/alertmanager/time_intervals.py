"""Times in which the Alertmanager mutes a route, or lets it send: prometheus/alertmanager, timeinterval/.

A time is in an interval if all that the interval says of it holds; one that says nothing holds always.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_DAY = 24 * 60
_TIME = re.compile(r"(\d{1,2}):(\d{2})")


def in_numbers(named: dict[str, Any]) -> dict[str, Any]:
    """Named intervals as the Alertmanager tells them: months by their numbers, days in small letters."""
    entries = named.get("time_intervals")
    if not isinstance(entries, list):
        return named
    return {**named, "time_intervals": [_told(each) if isinstance(each, dict) else each for each in entries]}


def intervals_of(configuration: Mapping[str, Any], names: Iterable[str]) -> tuple[Mapping[str, Any], ...]:
    """All intervals that these names stand for."""
    wanted = set(names)
    return tuple(
        interval
        for section in ("time_intervals", "mute_time_intervals")
        for named in configuration.get(section) or ()
        if isinstance(named, dict) and named.get("name") in wanted
        for interval in named.get("time_intervals") or ()
        if isinstance(interval, dict)
    )


def cover_all(intervals: Iterable[Mapping[str, Any]]) -> bool:
    """Whether every minute of every week is in one of them."""
    minutes = bytearray(7 * _DAY)
    for interval in intervals:
        if _any_date(interval):
            days = interval.get("weekdays")
            for day in _numbers(days, _WEEKDAYS, 0) if days else range(7):
                for start, end in _times(interval.get("times")):
                    minutes[day * _DAY + start : day * _DAY + end] = b"\1" * (end - start)
    return all(minutes)


def _any_date(interval: Mapping[str, Any]) -> bool:
    """Whether it holds on every date, as far as the day of the week allows."""
    months = _numbers(interval.get("months"), _MONTHS, 1)
    days = [str(each) for each in interval.get("days_of_month") or ()]
    return (
        not interval.get("years")
        and (not months or set(months) >= set(range(1, 13)))
        and (not days or bool({"1:31", "1:-1", "-31:-1"}.intersection(days)))
    )


def _numbers(items: Any, names: tuple[str, ...], first: int) -> list[int]:
    """The numbers of days or months: `monday:friday`, `1:3`."""
    found: list[int] = []
    for item in items or ():
        ends = [_number(each.strip().lower(), names, first) for each in str(item).split(":")]
        found += range(ends[0], ends[-1] + 1)
    return [each for each in found if first <= each < first + len(names)]


def _number(text: str, names: tuple[str, ...], first: int) -> int:
    if text in names:
        return names.index(text) + first
    return int(text) if text.isdigit() else -1


def _times(items: Any) -> list[tuple[int, int]]:
    """Minutes of a day, from and to."""
    if not items:
        return [(0, _DAY)]
    found = []
    for item in items:
        ends = [_TIME.fullmatch(str(item.get(key))) for key in ("start_time", "end_time")]
        start, end = (int(each[1]) * 60 + int(each[2]) if each else 0 for each in ends)
        found.append((start, max(start, min(end, _DAY))))
    return found


def _told(interval: dict[str, Any]) -> dict[str, Any]:
    whole = dict(interval)
    if isinstance(months := whole.get("months"), list):
        whole["months"] = [
            ":".join(str(_number(end.strip().lower(), _MONTHS, 1)) for end in str(each).split(":"))
            for each in months
        ]
    if isinstance(days := whole.get("weekdays"), list):
        whole["weekdays"] = [str(each).lower() for each in days]
    return whole
