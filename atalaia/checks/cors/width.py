"""Preflights that allow more than their policy (CO08)."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.checks.addresses import all_of
from atalaia.checks.answers import undecided
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.cors.causes import Causes
from atalaia.checks.cors.explained import ALLOWING, explained
from atalaia.checks.cors.fetch import combined, listed
from atalaia.checks.cors.foreign import ANY_ORIGIN
from atalaia.checks.cors.judging import ALLOW_CREDENTIALS, Pages, lines_of
from atalaia.checks.cors.policies import firsts
from atalaia.checks.cors.preflights import PREFLIGHT_REFUSED, as_asked, first_asked
from atalaia.checks.cors.requests import UNDECLARED, asked_for_more
from atalaia.checks.cors.safelists import SAFELISTED_METHODS
from atalaia.checks.cors.words import several
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop

_METHODS = "Access-Control-Allow-Methods"
_HEADERS = "Access-Control-Allow-Headers"
_MAX_AGE = "Access-Control-Max-Age"


def _judge_width(seen: tuple[Exchange, Exchange], expected: Pages) -> Verdict:
    return undecided(*seen) or _malformed(*seen) or list(_beyond(*seen, expected))


def _malformed(*exchanges: Exchange) -> Inconclusive | None:
    """Why an answer cannot be too wide: browsers refuse it whole (cors.origin-refused says so)."""
    for exchange in exchanges:
        for name in (_METHODS, _HEADERS):
            if listed(lines_of(exchange), name) is None:
                said = combined(lines_of(exchange), name)
                return Inconclusive(f"{name} is {said!r}, no list of tokens: what it allows cannot be told")
    return None


def _beyond(declared: Exchange, undeclared: Exchange, expected: Pages) -> Iterator[Finding]:
    intent, lines, causes = expected.intent, lines_of(declared), expected.causes
    methods = listed(lines, _METHODS) or ()
    wider = [name for name in methods if name not in {*intent.methods, *SAFELISTED_METHODS}]
    if wider:
        told = f"methods {', '.join(intent.methods)} and no others"
        yield _wide(told, f"{several(wider, 9)} too", _METHODS, causes)
    if "*" not in intent.headers:
        yield from _wider_headers(declared, undeclared, expected)
    if not intent.credentials and combined(lines, ALLOW_CREDENTIALS) == "true":
        yield _wide("no credentials", f"{ALLOW_CREDENTIALS}: true", ALLOW_CREDENTIALS, causes)
    age = combined(lines, _MAX_AGE) or ""
    if intent.max_age and age.isdecimal() and int(age) > intent.max_age.total_seconds():
        promise = f"{_MAX_AGE} {intent.max_age.total_seconds():g} or less"
        yield _wide(promise, f"{age}: what is withdrawn stays allowed for longer", _MAX_AGE, causes)


def _wider_headers(declared: Exchange, undeclared: Exchange, expected: Pages) -> Iterator[Finding]:
    name = _HEADERS
    known = {header.lower() for header in expected.intent.headers}
    promise = f"request headers {several(expected.intent.headers, 9) or 'that need no permission'}"
    answers = [*(listed(lines_of(declared), name) or ()), *(listed(lines_of(undeclared), name) or ())]
    wider = list(dict.fromkeys(header for header in answers if header.lower() not in known))
    if UNDECLARED.lower() in {header.lower() for header in wider}:
        told = f"whatever a page asks for, {UNDECLARED} for one: the request's own list comes back"
        yield _wide(promise, told, name, expected.causes)
    elif wider:
        yield _wide(promise, f"{several(wider, 9)} too", name, expected.causes)


def _wide(expected: str, observed: str, header: str, causes: Causes) -> Finding:
    return Finding(expected=expected, observed=observed, hop=Hop.GATEWAY.value, cause=causes.of(header))


TOO_WIDE = Check(
    id="cors.preflight-too-wide",
    severity=Severity.MAJOR,
    catches="A preflight's answer that allows what no policy declares: further methods (TRACE and CONNECT "
    "are among Kong's defaults), any request header, credentials, a permission that is kept for longer.",
    remedy="Write methods, headers, credentials and max_age of the cors plugin out, as the policy has them.",
    source="CO08; Kong 3.4, cors schema",
    targets=firsts,
    observes=lambda environment, target: (
        first_asked(environment, target),
        asked_for_more(environment, target),
    ),
    expects=as_asked,
    requires=lambda environment, target: all_of(
        explained(environment, target, wider=ALLOWING), ((PREFLIGHT_REFUSED, target), (ANY_ORIGIN, target))
    ),
    judge=_judge_width,
)

CHECKS: tuple[Check, ...] = (TOO_WIDE,)
