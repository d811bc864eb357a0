"""The part of Lua's patterns that Kong's schemas use, as regular expressions."""

from __future__ import annotations

import re
from functools import cache

_CLASSES = {"a": "A-Za-z", "d": "0-9", "l": "a-z", "u": "A-Z", "w": "A-Za-z0-9", "s": r"\s", "x": "0-9A-Fa-f"}


def matches(pattern: str, text: str) -> bool:
    """Whether a Lua pattern is found in `text` (`string.find`)."""
    return _compile(pattern).search(text) is not None


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    """`%` escapes, `-` is the lazy `*` outside a set, everything else is as in regular expressions."""
    out, i, in_set = "", 0, False
    while i < len(pattern):
        char = pattern[i]
        if char == "%" and i + 1 < len(pattern):
            i += 1
            out += _escaped(pattern[i], in_set)
        elif in_set:
            out += "\\" + char if char in "\\[" else char
            in_set = char != "]"
        elif char == "[":
            in_set = True
            out += char
        elif char == "-":
            out += "*?"
        else:
            out += char if char in "^$.*+?()" else re.escape(char)
        i += 1
    if pattern.endswith("$") and not pattern.endswith("%$"):
        out = out[:-1] + r"\Z"
    return re.compile(out)


def _escaped(char: str, in_set: bool) -> str:
    if char.lower() in _CLASSES:
        inside = _CLASSES[char.lower()]
        if in_set:
            return inside
        return f"[^{inside}]" if char.isupper() else f"[{inside}]"
    return re.escape(char)
