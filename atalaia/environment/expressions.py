"""Regular expressions of the user's, in the syntax of Python's `re`."""

from __future__ import annotations

import re

_BRACES = re.compile(r"(\\N\{[^}]*\}|\\.)|\{(?!\d*,?\d*\})", re.DOTALL)


def as_regex(pattern: str) -> str:
    """The same expression for the library `regex`, which knows deadlines.

    To it `{id}` and `{e<=1}` allow for misspellings; to `re` braces that hold no number are themselves, as in
    `/orders/{id}`.
    """
    return _BRACES.sub(lambda found: found[1] or r"\{", pattern) if "{" in pattern else pattern
