"""Words of CORS findings: what a browser does, and who may read what."""

from __future__ import annotations

from collections.abc import Sequence


def several(names: Sequence[str], most: int = 3) -> str:
    """`a, b, c and 4 more`."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def routes_told(routes: Sequence[str]) -> str:
    """`/api/v1/users and 16 more routes`, `/api/v1/users`."""
    rest = len(routes) - 1
    return f"{routes[0]} and {rest} more route{'' if rest == 1 else 's'}" if rest > 0 else routes[0]


def reader(origin: str) -> str:
    """Who has an origin: `any page on https://evil.example`."""
    if origin == "null":
        return "any page in a sandboxed frame or a local file (Origin: null)"
    if origin.startswith("http://"):
        return f"whoever is on the wire, by a page on {origin}"
    return f"any page on {origin}"


def with_cookies(credentials: bool) -> str:
    """The words for credentials, or none."""
    return " with the user's cookies" if credentials else ""


def may_read(origins: Sequence[str], *, credentials: bool) -> str:
    """`any page on https://evil.example may read answers with the user's cookies`."""
    more = f" (and {several(origins[1:])})" if origins[1:] else ""
    return f"{reader(origins[0])}{more} may read answers{with_cookies(credentials)}"


def blocks(origin: str, reason: str) -> str:
    """`the browser of https://app.example blocks the answer: …`."""
    return f"the browser of {origin} blocks the answer: {reason}"


def only(origins: Sequence[str], *, credentials: bool) -> str:
    """`only https://app.example may read answers with the user's cookies`."""
    who = f"only {several(origins)}" if origins else "nobody"
    return f"{who} may read answers{with_cookies(credentials)}"
