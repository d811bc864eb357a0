"""What a page may always send and read: the safelists of the Fetch standard (2.2.1, 2.2.2, 2.2.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence

SAFELISTED_METHODS = frozenset({"GET", "HEAD", "POST"})
"""No preflight is sent for them alone."""
SAFELISTED_RESPONSE_HEADERS = frozenset({
    "cache-control", "content-language", "content-length", "content-type", "expires", "last-modified",
    "pragma",
})  # fmt: skip
"""A page may read them without Access-Control-Expose-Headers."""

_LONGEST = 128
"""Bytes of a safelisted header's value …"""
_ALL_TOGETHER = 1024
"""… and of all of them."""
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\"():<>?@\[\\\]{}\x7f]")
_LANGUAGE = re.compile(r"[0-9A-Za-z *,.;=-]*")
_ESSENCE = re.compile(
    r"[ \t\r\n]*([!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t\r\n]*(?:;|\Z)"
)
_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)")


def unsafe_names(headers: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The names that a preflight asks for: in lower case, sorted, each once."""
    safe = [(name, value) for name, value in headers if is_safelisted(name, value)]
    unsafe = {name.lower() for name, value in headers if not is_safelisted(name, value)}
    if sum(len(value.encode()) for _, value in safe) > _ALL_TOGETHER:
        unsafe |= {name.lower() for name, _ in safe}
    return tuple(sorted(unsafe))


def is_safelisted(name: str, value: str) -> bool:
    """Whether a header may be sent without asking, given its value."""
    if len(value.encode()) > _LONGEST:
        return False
    match name.lower():
        case "accept":
            return not _UNSAFE.search(value)
        case "accept-language" | "content-language":
            return _LANGUAGE.fullmatch(value) is not None
        case "content-type":
            found = _ESSENCE.match(value)
            return not _UNSAFE.search(value) and found is not None and found[1].lower() in _FORMS
        case "range":
            found = _RANGE.fullmatch(value)
            return found is not None and (not found[2] or int(found[1]) <= int(found[2]))
        case _:
            return False
