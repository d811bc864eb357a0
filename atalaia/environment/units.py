"""Quantities with units: durations, rates, sizes and percentages. Their types are in `quantities`.

Every quantity in an environment file carries its unit, so that `5` can never be read as seconds
by one reader and as minutes by another. The messages say what is wrong and what is allowed, and
never quote the input.
"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

_NUMBER = r"[0-9]{1,15}(\.[0-9]{1,15})?"
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_WORDS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_BYTES = {
    "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30,
}  # fmt: skip
DURATION = rf"({_NUMBER}(ms|s|m|h|d|w))+"
RATE = rf"{_NUMBER}/(s|m|h)"
SIZE = rf"{_NUMBER}(B|kB|MB|GB|KiB|MiB|GiB)"
PERCENTAGE = rf"{_NUMBER}%"

_DURATIONS = "a number and a unit: 100ms, 30s, 15m, 24h, 7d"
_RATES = "a number and a period: 1000/s, 60/m, 100/h"
_SIZES = "a number and a unit: 512B, 64KiB, 1MiB, 2GB"
_PERCENTAGES = "a number and a percent sign: 99.9%"


def parse_duration(value: object) -> timedelta:
    """`1m30s` → 90 s. Raises ValueError."""
    if isinstance(value, timedelta):
        return value
    text = _matching(DURATION, value, "duration", "without a unit", _DURATIONS)
    parts = re.findall(r"([0-9.]+)(ms|[smhdw])", text)
    try:
        return sum((timedelta(**{_WORDS[unit]: float(number)}) for number, unit in parts), timedelta())
    except OverflowError:
        raise ValueError("too long a duration; at most 999999999d") from None


def format_duration(value: timedelta) -> str:
    """90 s → `1m30s`; the inverse of `parse_duration` to the millisecond."""
    left = round(value.total_seconds() * 1000)
    if left < 0:
        return f"-{format_duration(-value)}"
    text = ""
    for unit in ("d", "h", "m", "s", "ms"):
        size = round(_SECONDS[unit] * 1000)
        if left >= size:
            text += f"{left // size}{unit}"
            left %= size
    return text or "0s"


def positive(value: timedelta) -> timedelta:
    """The duration, where it is longer than nothing. Raises ValueError."""
    if not value:
        raise ValueError("no time at all; a duration longer than 0s")
    return value


def parse_rate(value: object) -> float:
    """`1000/s` → 1000.0 events per second. Raises ValueError."""
    number, unit = _matching(RATE, value, "rate", "without a period", _RATES).split("/")
    return float(number) / _SECONDS[unit]


def format_rate(value: float) -> str:
    """1000.0 → `1000/s`, in the shortest period that makes it a round number."""
    for unit in ("s", "m", "h"):
        number = round(value * _SECONDS[unit], 9)
        if number == round(number, 3):
            return f"{_plain(number)}/{unit}"
    return f"{_plain(value)}/s"


def parse_size(value: object) -> int:
    """`1MiB` → 1048576 bytes. Raises ValueError."""
    text = _matching(SIZE, value, "size", "without a unit", _SIZES)
    number, unit = re.findall(r"([0-9.]+)(\w+)", text)[0]
    return round(float(number) * _BYTES[unit])


def format_size(value: int) -> str:
    """1048576 → `1MiB`, in the largest unit that makes it a whole number."""
    for unit in ("GiB", "GB", "MiB", "MB", "KiB", "kB"):
        if value and value % _BYTES[unit] == 0:
            return f"{value // _BYTES[unit]}{unit}"
    return f"{value}B"


def parse_percentage(value: object) -> float:
    """`99.9%` → 0.999, a ratio in 0..1. Raises ValueError."""
    text = _matching(PERCENTAGE, value, "percentage", "without its sign", _PERCENTAGES)
    ratio = round(float(text[:-1]) / 100, 12)
    if ratio > 1:
        raise ValueError("a percentage over 100%; between 0% and 100%")
    return ratio


def format_percentage(value: float) -> str:
    """0.999 → `99.9%`."""
    return f"{_plain(round(value * 100, 10))}%"


def _matching(pattern: str, value: object, kind: str, lacks: str, allowed: str) -> str:
    if isinstance(value, str) and re.fullmatch(pattern, value):
        return value
    bare = isinstance(value, (int, float)) and not isinstance(value, bool)
    if bare or (isinstance(value, str) and re.fullmatch(_NUMBER, value)):
        raise ValueError(f"a {kind} {lacks}; {allowed}")
    raise ValueError(f"not a {kind}; {allowed}")


def _plain(number: float) -> str:
    """A number without exponent and without zeros that say nothing."""
    text = f"{Decimal(repr(number)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
