"""Cookies: sent to nobody but their owner, read by no script, and not by other sites' requests (SH07)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from atalaia.checks.addresses import all_of
from atalaia.checks.check import Check, Finding, NotDeclared, Severity
from atalaia.checks.headers.normal import Expected, expected, judging_answers
from atalaia.checks.headers.places import everywhere, places, reached, request
from atalaia.environment import Environment
from atalaia.exchange.response import Response

_FOR_SCRIPTS = re.compile(r"csrf|xsrf", re.IGNORECASE)
"""Cookies that a page's own scripts must read, to send them back in a header."""


@dataclass(frozen=True)
class Cookie:
    """A cookie as it is set; its value is nobody's business."""

    name: str
    attributes: Mapping[str, str]
    """In lower case; of equal ones the last counts (RFC 6265, 5.3)."""


def parse(value: str) -> Cookie:
    """The cookie that a Set-Cookie sets (RFC 6265bis, 5.6)."""
    pair, *rest = value.split(";")
    attributes = {}
    for part in rest:
        name, _, given = part.partition("=")
        attributes[name.strip().lower()] = given.strip().lower()
    return Cookie(pair.partition("=")[0].strip(), attributes)


def faults(cookie: Cookie) -> Iterator[tuple[str, str]]:
    """(what is expected, what is wrong) of a cookie."""
    has = cookie.attributes
    if "secure" not in has:
        yield "Secure", "without Secure: it is sent over plain HTTP, too"
    if "httponly" not in has and not _FOR_SCRIPTS.search(cookie.name):
        yield "HttpOnly", "without HttpOnly: an injected script can read it"
    site = has.get("samesite")
    if site is None:
        yield "SameSite", "without SameSite: browsers differ in whether other sites' requests carry it"
    elif site not in {"strict", "lax", "none"}:
        yield "SameSite=Strict, Lax or None", f"SameSite={site}: browsers ignore it"
    elif site == "none" and "secure" not in has:
        yield "Secure beside SameSite=None", "SameSite=None without Secure: browsers refuse the cookie"
    if cookie.name.lower().startswith("__host-") and (
        "secure" not in has or has.get("path") != "/" or has.get("domain")
    ):
        yield "Secure, Path=/ and no Domain for __Host-", "a __Host- cookie that browsers refuse"
    if cookie.name.lower().startswith("__secure-") and "secure" not in has:
        yield "Secure for __Secure-", "a __Secure- cookie that browsers refuse"


def _judge(response: Response, expected: Expected) -> list[Finding]:
    return [
        Finding(expected=f"cookie {cookie.name} with {wanted}", observed=said, hop=expected.hop.value)
        for cookie in map(parse, response.all("Set-Cookie"))
        for wanted, said in faults(cookie)
    ]


def _once(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Every route once, at the gateway where it is judged there; cookies are not a layer's to mend."""
    found = everywhere(environment)
    if isinstance(found, NotDeclared):
        return found
    return tuple(name for name in found if not places(environment)[name].behind)


UNPROTECTED = Check(
    id="headers.cookie-unprotected",
    severity=Severity.MAJOR,
    catches="A cookie without Secure, HttpOnly or SameSite, or with a prefix whose rules it breaks.",
    remedy="Set it as `__Host-NAME=…; Path=/; Secure; HttpOnly; SameSite=Lax`, or Strict.",
    source="SH07; RFC 6265bis, 4.1 and 5.7; MDN Observatory, cookies",
    targets=_once,
    observes=lambda environment, target: (request(environment, target),),
    expects=expected,
    requires=lambda environment, target: all_of(reached(environment, target)),
    judge=judging_answers(_judge),
)

CHECKS: tuple[Check, ...] = (UNPROTECTED,)
