"""Quantities with units, one type each: durations, rates, sizes and percentages.

Every quantity in an environment file carries its unit, so that `5` can never be read as seconds
by one reader and as minutes by another.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_BYTES = {
    "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30,
}  # fmt: skip
_DURATION = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+$"
_RATE = r"^[0-9]+(\.[0-9]+)?/(s|m|h)$"
_SIZE = r"^[0-9]+(\.[0-9]+)?(B|kB|MB|GB|KiB|MiB|GiB)$"
_PERCENTAGE = r"^[0-9]+(\.[0-9]+)?%$"


def parse_duration(value: object) -> timedelta:
    """`1m30s` → 90 s. Raises ValueError, never quoting the input."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.match(_DURATION, value):
        raise ValueError("a duration needs a number and a unit: 100ms, 30s, 15m, 24h, 7d")
    parts = re.findall(r"([0-9.]+)(ms|[smhdw])", value)
    try:
        return timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in parts))
    except OverflowError:
        raise ValueError("a duration of at most 999999999 days") from None


def format_duration(value: timedelta) -> str:
    """90 s → `1m30s`; the inverse of `parse_duration` to the millisecond."""
    left = round(value.total_seconds() * 1000)
    text = ""
    for unit in ("d", "h", "m", "s", "ms"):
        size = round(_SECONDS[unit] * 1000)
        if left >= size:
            text += f"{left // size}{unit}"
            left %= size
    return text or "0s"


def parse_rate(value: object) -> float:
    """`1000/s` → 1000.0 events per second. Raises ValueError."""
    if isinstance(value, float):
        return value
    if not isinstance(value, str) or not re.match(_RATE, value):
        raise ValueError("a rate needs a number and a period: 1000/s, 60/m, 100/h")
    number, unit = value.split("/")
    return float(number) / _SECONDS[unit]


def parse_size(value: object) -> int:
    """`1MiB` → 1048576 bytes. Raises ValueError."""
    if not isinstance(value, str) or not re.match(_SIZE, value):
        raise ValueError("a size needs a number and a unit: 512B, 64KiB, 1MiB, 2GB")
    number, unit = re.findall(r"([0-9.]+)(\w+)", value)[0]
    return round(float(number) * _BYTES[unit])


def parse_percentage(value: object) -> float:
    """`99.9%` → 0.999, a ratio in 0..1. Raises ValueError."""
    if isinstance(value, float):
        return value
    if not isinstance(value, str) or not re.match(_PERCENTAGE, value):
        raise ValueError("a percentage is a number and a percent sign: 99.9%")
    ratio = round(float(value[:-1]) / 100, 12)
    if ratio > 1:
        raise ValueError("a percentage between 0% and 100%")
    return ratio


def _pattern(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    _pattern(_DURATION, "30s"),
]
Rate = Annotated[float, BeforeValidator(parse_rate), _pattern(_RATE, "1000/s")]
Size = Annotated[int, BeforeValidator(parse_size), _pattern(_SIZE, "1MiB")]
Percentage = Annotated[float, BeforeValidator(parse_percentage), _pattern(_PERCENTAGE, "99.9%")]
