"""Whether a browser lets a page read an answer: the rules of the Fetch standard, and nothing else.

Each judgement is None where the browser is content, else the reason that its console would give. What
a server sends is judged as a whole, as browsers do it: neither a missing header nor a present one is
right or wrong by itself. Sources: WHATWG Fetch, "CORS check" (4.10), "CORS-preflight fetch" (4.8),
"CORS-safelisted request-header" (2.2.2) and "get" (2.2.2), as of 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from atalaia.checks.cors.safelists import SAFELISTED_METHODS, SAFELISTED_RESPONSE_HEADERS, unsafe_names

Lines = Sequence[tuple[str, str]]
"""Headers in wire order, duplicates kept."""

_ALLOW_ORIGIN = "Access-Control-Allow-Origin"
_ALLOW_CREDENTIALS = "Access-Control-Allow-Credentials"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NEVER_BY_WILDCARD = "authorization"
"""The CORS non-wildcard request-header name: `*` does not cover it."""


@dataclass(frozen=True)
class Wish:
    """What the script of a page wants to send to another origin."""

    origin: str
    """The page's origin as browsers serialise it; `null` for sandboxed frames and local files."""
    method: str = "GET"
    headers: Lines = ()
    """Those that the script sets."""
    credentials: bool = False
    """Whether it asks with the user's cookies (credentials mode `include`)."""

    @property
    def preflighted(self) -> bool:
        """Whether the browser asks for permission first."""
        return self.method not in SAFELISTED_METHODS or bool(unsafe_names(self.headers))


def why_unreadable(wish: Wish, headers: Lines) -> str | None:
    """The CORS check of an answer: why the browser keeps it from the page; None where it does not."""
    allowed = combined(headers, _ALLOW_ORIGIN)
    if allowed is None:
        return f"no {_ALLOW_ORIGIN}"
    if allowed == "*" and not wish.credentials:
        return None
    if allowed != wish.origin:
        return _why_other_origin(allowed, wish, len(_values(headers, _ALLOW_ORIGIN)))
    if not wish.credentials:
        return None
    credentials = combined(headers, _ALLOW_CREDENTIALS)
    if credentials == "true":
        return None
    said = (
        f"{_ALLOW_CREDENTIALS} is {credentials!r}" if credentials is not None else f"no {_ALLOW_CREDENTIALS}"
    )
    return f"{said}; with credentials it must be 'true'"


def why_refused(wish: Wish, status: int, headers: Lines) -> str | None:
    """The answer to a preflight: why the browser does not send the request; None where it does."""
    if reason := why_unreadable(wish, headers):
        return reason
    if not 200 <= status <= 299:
        return f"the preflight's status is {status}, not 200 to 299"
    methods = listed(headers, "Access-Control-Allow-Methods")
    names = listed(headers, "Access-Control-Allow-Headers")
    for name, values in (("Methods", methods), ("Headers", names)):
        if values is None:
            return f"Access-Control-Allow-{name} is no list of tokens"
    return why_method_refused(wish, methods or ()) or why_header_refused(wish, names or ())


def why_method_refused(wish: Wish, allowed: Sequence[str]) -> str | None:
    """Why a preflight's methods do not allow the wish's; they are compared letter case and all."""
    if wish.method in SAFELISTED_METHODS or wish.method in allowed:
        return None
    if "*" in allowed:
        if not wish.credentials:
            return None
        return f"{wish.method} is not allowed: with credentials `*` is only a name"
    return f"{wish.method} is not among the allowed methods ({', '.join(allowed) or 'none'})"


def why_header_refused(wish: Wish, allowed: Iterable[str]) -> str | None:
    """Why a preflight's header names do not allow what the wish sends, in any letter case."""
    known = {name.lower() for name in allowed}
    anything = "*" in known and not wish.credentials
    needed = set(unsafe_names(wish.headers))
    needed |= {name.lower() for name, _ in wish.headers if name.lower() == _NEVER_BY_WILDCARD}
    refused = sorted(name for name in needed - known if name == _NEVER_BY_WILDCARD or not anything)
    if not refused:
        return None
    covered = "*" in known
    hint = " (`*` never covers it)" if covered and anything else " (with credentials `*` is only a name)"
    told = ", ".join(refused)
    return f"request header {told} is not allowed{hint if covered else ''}"


def readable_headers(headers: Lines, names: Iterable[str], *, credentials: bool) -> frozenset[str]:
    """Those of these response headers that a page may read, once it may read the answer (lower case)."""
    exposed = {name.lower() for name in listed(headers, "Access-Control-Expose-Headers") or ()}
    wanted = {name.lower() for name in names}
    if "*" in exposed and not credentials:
        return frozenset(wanted)
    return frozenset(wanted & (exposed | SAFELISTED_RESPONSE_HEADERS))


def combined(headers: Lines, name: str) -> str | None:
    """The value of a header as Fetch gets it: several are joined by a comma and a space."""
    values = _values(headers, name)
    return ", ".join(values) if values else None


def listed(headers: Lines, name: str) -> tuple[str, ...] | None:
    """The tokens of a list header; empty where it is not there, None where it is no list of tokens."""
    tokens = [part.strip(" \t") for value in _values(headers, name) for part in value.split(",")]
    found = tuple(token for token in tokens if token)
    return found if all(_TOKEN.fullmatch(token) for token in found) else None


def _values(headers: Lines, name: str) -> list[str]:
    wanted = name.lower()
    return [value for given, value in headers if given.lower() == wanted]


def _why_other_origin(allowed: str, wish: Wish, count: int) -> str:
    said = f"{_ALLOW_ORIGIN} is {allowed!r}"
    if count > 1:
        return f"{count} {_ALLOW_ORIGIN} headers, which together are {allowed!r}"
    if allowed == "*":
        return f"{said}; with credentials that is no wildcard"
    if allowed.rstrip("/") == wish.origin:
        return f"{said}; an origin has no slash at its end"
    return f"{said}, not {wish.origin!r}"
