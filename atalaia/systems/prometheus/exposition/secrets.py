"""What in a page looks like a secret: a wrong alarm is worse than a miss, so each rule is about one shape."""

from __future__ import annotations

import math
import re
from collections import Counter

from atalaia.redaction import MARK

_SHAPES = {
    "a JSON web token": re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{4,}\."),
    "a bearer token": re.compile(r"\bBearer\s+[\w.~+/=-]{12,}", re.IGNORECASE),
    "an address with a password": re.compile(
        r"\b[a-z][a-z0-9+.-]*://[^\s/:@\"]{0,100}:(?!\*+@|x+@|<)[^\s/@\"]{3,}@"
    ),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a key of a cloud or platform": re.compile(
        r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|xox[abprs]-[A-Za-z0-9-]{10,}|sk_live_[A-Za-z0-9]{16,}"
        r"|AIza[\w-]{35}|glpat-[\w-]{20,})"
    ),
    "a password in an argument": re.compile(
        r"\b(?:password|passwd|pwd|secret|api_?key|access_token)=(?!\*+|x+\b|<|\$\{|\[redacted\])[^\s&;,\"']{6,}",
        re.IGNORECASE,
    ),
}
_NAMED = re.compile(
    r"(?:\A|_)(?:token|secret|password|passwd|authorization|api_?key|apikey|access_key|credentials?|jwt|bearer"
    r"|session_?id|cookie)\Z",
    re.IGNORECASE,
)
"""Names of labels under which a long random value is a credential."""
_SHORTEST = 16
_BITS = 3.2
"""Entropy a sign from which a value counts as random; words and UUIDs' dashes are below or shorter."""


def secret_in(text: str) -> str | None:
    """What a text holds, by its shape: in a HELP text, or in a label's value."""
    return next((what for what, shape in _SHAPES.items() if shape.search(text)), None)


def lines_with_shapes(text: str) -> dict[int, str]:
    """Number of a line, from 1 on → what it holds by its shape. All lines are searched at once."""
    found: dict[int, str] = {}
    for shape in _SHAPES.values():
        at, number = 0, 1
        for place in shape.finditer(text):
            number, at = number + text.count("\n", at, place.start()), place.start()
            line = text[text.rfind("\n", 0, at) + 1 : (text.find("\n", at) + 1 or len(text) + 1) - 1]
            # White space in a shape may have been the end of a line.
            if number not in found and (what := secret_in(line)):
                found[number] = what
    return found


def secret_under(label: str, value: str) -> str | None:
    """What a label's value is, if it is a secret."""
    return secret_in(value) or credential_under(label, value)


def credential_under(label: str, value: str) -> str | None:
    """What a value of no known shape is, if its label says that it is a secret."""
    if not _NAMED.search(label):
        return None
    if MARK in value:
        return "a secret that this environment knows"
    random = (
        len(value) >= _SHORTEST
        and " " not in value
        and any(map(str.isdigit, value))
        and _entropy(value) >= _BITS
    )
    return f"{len(value)} random characters" if random else None


def told_value(label: str, value: str) -> str:
    """A label's value for people: not if it is a secret."""
    return "…" if secret_under(label, value) else value


def _entropy(text: str) -> float:
    """Bits a character."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)
