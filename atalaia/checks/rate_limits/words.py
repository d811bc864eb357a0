"""Limits in words."""

from __future__ import annotations

from collections.abc import Iterable

_NAMES = {
    1.0: "second",
    60.0: "minute",
    3600.0: "hour",
    86400.0: "day",
    2592000.0: "month",
    31536000.0: "year",
}


def window_name(seconds: float) -> str:
    """`a minute`, `2 s`."""
    name = _NAMES.get(seconds)
    return f"{'an' if name == 'hour' else 'a'} {name}" if name else f"{seconds:g} s"


def told_limit(seconds: float, limit: int) -> str:
    """`5 a minute`, `60 in 2 s`."""
    return f"{limit} {'' if seconds in _NAMES else 'in '}{window_name(seconds)}"


def told_limits(windows: Iterable[tuple[float, int]]) -> str:
    """`5 a minute, 100 an hour`."""
    return ", ".join(told_limit(seconds, limit) for seconds, limit in windows)


def requests(count: int) -> str:
    """`1 request`, `5 requests`."""
    return f"{count} request{'' if count == 1 else 's'}"
