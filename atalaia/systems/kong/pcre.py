"""PCRE's words for what is wrong with a regular expression, as Kong quotes them."""

from __future__ import annotations

import re

_AT_THE_END = {
    "missing ), unterminated subpattern": "missing )",
    "unterminated character set": "missing terminating ] for character class",
    "bad escape (end of pattern)": "\\ at end of pattern",
}
"""Python's words → PCRE's, which places these faults at the end."""
_WHERE_IT_IS = {
    "unbalanced parenthesis": "unmatched parentheses",
    "nothing to repeat": "nothing to repeat",
}


def told(error: re.error, expression: str) -> str:
    """What Kong says after `PCRE returned:`; Python's own words where PCRE's are not known."""
    if error.msg in _AT_THE_END:
        return f'pcre_compile() failed: {_AT_THE_END[error.msg]} in "{expression}"'
    if error.msg in _WHERE_IT_IS and error.pos is not None:
        # Python read `(?P<` where the expression has `(?<`.
        before = str(error.pattern)[: error.pos]
        rest = expression[error.pos - before.count("(?P<") + expression[: error.pos].count("(?P<") :]
        return f'pcre_compile() failed: {_WHERE_IT_IS[error.msg]} in "{expression}" at "{rest}"'
    return f'pcre_compile() failed: {error.msg} in "{expression}"'
