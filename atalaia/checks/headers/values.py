"""What the values of security headers mean: for each header what is wrong with a value, or nothing.

Values are read as their specifications say, not compared as texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from atalaia.checks.headers import csp

Judge = Callable[[str], str]
"""What is wrong with a value, in words; empty: nothing."""

HSTS = "Strict-Transport-Security"
CSP = "Content-Security-Policy"
FRAME = "X-Frame-Options"

HALF_A_YEAR = 15_552_000
"""Seconds; the least that MDN's Observatory takes, and what Helmet 7 sent."""
A_YEAR = 31_536_000
"""Seconds; what the preload list asks for, and what Helmet 8 sends."""

_SAFE_REFERRERS = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
_REFERRERS = (
    *_SAFE_REFERRERS, "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "unsafe-url",
)  # fmt: skip


def nosniff(value: str) -> str:
    """X-Content-Type-Options: the first value counts (Fetch, “determine nosniff”)."""
    return "" if _list(value)[:1] == ["nosniff"] else "browsers guess the type of the content"


def frame_options(value: str) -> str:
    """X-Frame-Options (HTML, 7.6): DENY or SAMEORIGIN; anything else protects from nothing."""
    told = set(_list(value))
    if len(told) == 1 and told <= {"deny", "sameorigin"}:
        return ""
    if any(each.startswith("allow-from") for each in told):
        return "browsers ignore ALLOW-FROM: anybody may frame it"
    return "browsers ignore it: anybody may frame it"


def referrer_policy(value: str) -> str:
    """Referrer-Policy: of a list the last value that browsers know counts (Referrer Policy, 8.1)."""
    known = [each for each in _list(value) if each in _REFERRERS]
    if not known:
        return "browsers know none of it"
    return "" if known[-1] in _SAFE_REFERRERS else f"{known[-1]} tells other sites the address"


def transport_security(value: str, least: int = HALF_A_YEAR) -> str:
    """Strict-Transport-Security (RFC 6797, 6.1): a max-age of `least` seconds, each directive once."""
    directives = hsts_directives(value)
    if directives is None:
        return "a directive is there twice: browsers ignore it all"
    age = directives.get("max-age", "")
    if not age.isdigit() or not age.isascii():
        return "no max-age: browsers ignore it"
    if int(age[:12]) < least:
        return (
            "max-age=0 takes the protection back" if int(age) == 0 else f"max-age {age} is less than {least}"
        )
    if "preload" in directives and ("includesubdomains" not in directives or int(age[:12]) < A_YEAR):
        return f"preload asks for includeSubDomains and a max-age of {A_YEAR}"
    return ""


def hsts_directives(value: str) -> Mapping[str, str] | None:
    """Directive → value, in lower case; None where one comes twice."""
    found: dict[str, str] = {}
    for part in value.split(";"):
        name, _, given = (side.strip() for side in part.partition("="))
        if not name:
            continue
        if name.lower() in found:
            return None
        found[name.lower()] = given.strip('"')
    return found


def no_xss_auditor(value: str) -> str:
    """X-XSS-Protection: 0, or not at all; the filter that others switch on opened holes of its own."""
    return (
        ""
        if value.strip().startswith("0")
        else "it switches on a filter that could be turned against the page"
    )


def one_of(*safe: str) -> Judge:
    """A judge of a header that has one word, with `; parameters` behind it."""

    def problem(value: str) -> str:
        word = value.partition(";")[0].strip().strip('"').lower()
        return "" if word in safe else "it protects from nothing"

    return problem


def no_store(value: str) -> str:
    """Cache-Control: no-store keeps an answer out of every cache (RFC 9111, 5.2.2.5)."""
    return "" if "no-store" in _list(value) else "caches may keep the answer"


def as_declared(header: str, wanted: str) -> Judge:
    """A judge for the value that an environment declares: that value, or a stronger one; `*` is any."""

    def problem(value: str) -> str:
        return "" if _as_strong(header.lower(), value, wanted) else "another value than declared"

    return problem


def _as_strong(header: str, value: str, wanted: str) -> bool:
    if wanted == "*":
        return True
    if header == HSTS.lower():
        least = (hsts_directives(wanted) or {}).get("max-age", "")
        named = {"includesubdomains", "preload"} & set(hsts_directives(wanted) or ())
        enough = not transport_security(value, int(least) if least.isdigit() else HALF_A_YEAR)
        return enough and named <= set(hsts_directives(value) or ())
    if header == CSP.lower():
        return _forbids_as_much(csp.parse([value]), csp.parse([wanted]))
    if header == "cache-control":
        return set(_list(wanted)) <= set(_list(value))
    return _squeezed(value) == _squeezed(wanted)


def _forbids_as_much(policies: tuple[csp.Policy, ...], wanted: tuple[csp.Policy, ...]) -> bool:
    """Whether every declared directive is there, with no more sources than declared."""
    return all(
        any(
            name in policy.directives and set(policy.directives[name]) - {"'none'"} <= set(sources)
            for policy in policies
        )
        for each in wanted
        for name, sources in each.directives.items()
    )


def _squeezed(value: str) -> str:
    return re.sub(r"\s*([,;=])\s*|\s+", lambda found: found[1] or " ", value.strip()).lower()


def _list(value: str) -> list[str]:
    return [each.strip().lower() for each in value.split(",") if each.strip()]
