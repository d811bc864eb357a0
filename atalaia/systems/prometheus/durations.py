"""Durations and times as Prometheus writes them."""

from __future__ import annotations

import re
from datetime import datetime

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_PART = re.compile(r"(\d+)(ms|[smhdwy])")


def seconds(text: str) -> float | None:
    """`8d8h` → 720000.0; None where it is no duration (prometheus.io, configuration, `<duration>`)."""
    parts = _PART.findall(text)
    if text == "0":
        return 0.0
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return float(sum(int(number) * _UNITS[unit] for number, unit in parts))


def unix(text: str) -> float | None:
    """The Unix time of a moment in RFC 3339; None where it is none, or Go's zero: never."""
    try:
        moment = datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None
    return moment if moment > 0 else None
