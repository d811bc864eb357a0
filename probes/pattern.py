"""Regular expressions of the user's, on texts of somebody else's: within a bounded time.

Python's own `re` has no deadline, and some expressions take longer than the universe lasts on a text that
was made for it.
"""

from __future__ import annotations

from atalaia.environment.expressions import as_regex

PATIENCE = 0.25
"""Seconds for one look at one text: everything else waits as long."""


class TooLong(Exception):
    """Whether the text matches was not found out in time."""


def found(pattern: str, text: str) -> bool:
    """Whether the expression matches somewhere in the text. Raises TooLong."""
    import regex  # only probes that declare an expression need it

    try:
        return regex.search(as_regex(pattern), text, timeout=PATIENCE) is not None
    except TimeoutError:
        raise TooLong from None
