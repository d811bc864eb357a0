"""Whether requests can be written: what no path and no header can hold is told before any is sent."""

from __future__ import annotations

import re

from loadtests.plan import Request
from loadtests.scenario.drafting.draft import Draft
from loadtests.scenario.mistake import Mistake

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A header's name (RFC 9110, 5.6.2)."""
_VALUE = re.compile(r"[\t\x20-\x7e]*")


def unsendable(draft: Draft) -> Mistake | None:
    """What is wrong with the first request that cannot be written; nothing of its texts is told."""
    for request in draft.requests:
        if wrong := _wrong(request):
            what, allowed = wrong
            return Mistake(f"{what} cannot be sent", "mix", draft.index, allowed=allowed)
    return None


def _wrong(request: Request) -> tuple[str, str] | None:
    if request.path.startswith("//"):
        return "the path", "it begins with one /"
    for name, value in request.headers:
        if not _NAME.fullmatch(name):
            return "the name of a header", "letters, digits and hyphens"
        if not _VALUE.fullmatch(value):
            return f"the header {name}", "signs of ASCII in one line"
    return None
