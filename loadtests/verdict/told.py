"""Figures in words, as verdicts tell them."""

from __future__ import annotations

import math


def seconds(value: float | None) -> str:
    """0.1874 → `187 ms`, 1.554 → `1.55 s`; `never` for what failed, `nothing` where nothing was counted."""
    if value is None:
        return "nothing"
    if math.isinf(value):
        return "never"
    number, unit = (value, "s") if value >= 0.9995 else (value * 1000, "ms")
    if number >= 1000:
        return f"{number:,.0f} {unit}"
    return f"{float(f'{number:.3g}'):g} {unit}"


def share(value: float) -> str:
    """0.0012 → `0.12 %`."""
    return f"{float(f'{value * 100:.3g}'):g} %"


def rate(value: float) -> str:
    """1020.0 → `1,020/s`."""
    return f"{value:,.0f}/s" if value >= 100 else f"{value:.3g}/s"


def some(count: int, one: str) -> str:
    """(2, `request`) → `2 requests`."""
    return f"{count:,} {one}" + "s" * (count != 1)
