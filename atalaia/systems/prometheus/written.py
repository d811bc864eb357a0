"""Labels and values as the text format 0.0.4 writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\0": "", "\r": " "})


def written(labels: Mapping[str, str]) -> str:
    """Labels as they are written; what no label can hold is left out or replaced."""
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def number(value: float) -> str:
    """A value as it is written: whole numbers without a point, seconds to the nanosecond."""
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(round(value, 9))


def _escaped(value: str) -> str:
    text = value.translate(_ESCAPES)
    # A name out of the file system or a certificate may hold what UTF-8 cannot.
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
