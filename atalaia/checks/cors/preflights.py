"""Preflights, straight to a node, where they are free: answered, and as declared (CO01, CO07, CO08)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atalaia.checks.addresses import all_of
from atalaia.checks.answers import describe, undecided, where
from atalaia.checks.check import Check, Finding, NotDeclared, Severity, Verdict
from atalaia.checks.configured import given_of
from atalaia.checks.cors.causes import Causes
from atalaia.checks.cors.fetch import combined, listed, why_header_refused, why_method_refused, why_unreadable
from atalaia.checks.cors.judging import ALLOW_CREDENTIALS, ALLOW_ORIGIN, Pages, lines_of, pages
from atalaia.checks.cors.policies import by_route, first_of, named_origins
from atalaia.checks.cors.requests import (
    UNDECLARED,
    after_first,
    asked,
    asked_for_more,
    intent_of,
    origin_of,
    reached,
    wish,
)
from atalaia.checks.cors.safelists import SAFELISTED_METHODS
from atalaia.checks.cors.words import blocks, several, with_cookies
from atalaia.checks.routing.leading import Declared, declared, led
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.given import Given

_MAX_AGE = "Access-Control-Max-Age"


def _first_asked(environment: Environment, target: str) -> HttpRequest:
    return asked(environment, target, origin_of(intent_of(environment, target)))


@dataclass(frozen=True)
class Asked:
    """A route, and the file that says what takes OPTIONS there."""

    route: Declared
    file: Given | None


def _judge_answer(seen: tuple[Exchange], expected: Asked) -> Verdict:
    (exchange,) = seen
    if reason := undecided(exchange):
        return reason
    if exchange.failure is None and exchange.response and 200 <= exchange.response.status < 300:
        return []
    why, cause = _why_no_route(expected)
    return [
        Finding(
            expected="a status of 200 to 299 for the preflight, so that the browser sends the request",
            observed=f"{describe(exchange)}{why}",
            hop=where(exchange, Hop.GATEWAY),
            cause=cause,
        )
    ]


def _why_no_route(expected: Asked) -> tuple[str, str]:
    """Why the file has nobody to answer OPTIONS, and where it says so."""
    if expected.file is None or expected.file.configuration is None:
        return "", ""
    if led(expected.file, expected.route, method="OPTIONS") is not None:
        return "", ""
    match = led(expected.file, expected.route)
    if match is None:
        return "", expected.file.origin
    methods = ", ".join(match.route.methods)
    told = f" (route {match.route.name or match.route.id} takes {methods}, and nothing takes OPTIONS)"
    return told, expected.file.line(match.route, "methods")


PREFLIGHT_REFUSED = Check(
    id="cors.preflight-refused",
    severity=Severity.CRITICAL,
    catches="A preflight that is not answered with success: a route whose methods lack OPTIONS (Kong answers "
    "404 without any CORS header), or that goes on to a service that wants a token.",
    remedy="Add OPTIONS to the methods of the route, so that its cors plugin sees the preflight.",
    source="CO07; Kong#4859; WHATWG Fetch, CORS-preflight fetch",
    targets=by_route,
    observes=lambda environment, target: (_first_asked(environment, target),),
    expects=lambda environment, target: Asked(declared(environment, target), given_of(environment)),
    requires=reached,
    judge=_judge_answer,
)


def _origins(environment: Environment, target: str) -> tuple[str, ...]:
    intent = intent_of(environment, target)
    return named_origins(intent) or (origin_of(intent),)


def _expected(environment: Environment, target: str) -> Pages:
    return pages(environment, intent_of(environment, target), _first_asked(environment, target))


def _judge_several(seen: tuple[Exchange], expected: Pages) -> Verdict:
    return undecided(*seen) or several_origins(seen[0], expected)


def several_origins(exchange: Exchange, expected: Pages) -> list[Finding]:
    """A finding where an answer has more than one Access-Control-Allow-Origin, which browsers join."""
    values = exchange.response.all(ALLOW_ORIGIN) if exchange.response else ()
    if len(values) < 2:
        return []
    joined = combined(lines_of(exchange), ALLOW_ORIGIN)
    return [
        Finding(
            expected=f"one {ALLOW_ORIGIN}",
            observed=f"{len(values)}, which browsers read as {joined!r} and accept from no page",
            hop=where(exchange, expected.hop),
            cause=expected.causes.of(ALLOW_ORIGIN),
        )
    ]


SEVERAL: Check = Check(
    id="cors.several-allow-origins",
    severity=Severity.CRITICAL,
    catches="Two Access-Control-Allow-Origin headers on one answer, of the gateway and the service or of two "
    "plugins: browsers join them, and no page may read the answer.",
    remedy="Let one place say it: take CORS out of the service, or the header out of the transformer.",
    source="CO09; WHATWG Fetch, CORS check; krakend-cors#18",
    targets=by_route,
    observes=lambda environment, target: (_first_asked(environment, target),),
    expects=_expected,
    requires=lambda environment, target: all_of(
        ((PREFLIGHT_REFUSED, target),), after_first(SEVERAL, environment, target)
    ),
    judge=_judge_several,
)


def _judge_refusals(seen: tuple[Exchange, ...], expected: Pages) -> Verdict:
    if reason := undecided(*seen):
        return reason
    return [finding for exchange in seen for finding in judge_preflight(exchange, expected)]


def judge_preflight(exchange: Exchange, expected: Pages) -> Iterator[Finding]:
    """What the browser of a page that may does not send, judged by the answer to its preflight."""
    intent, lines = expected.intent, lines_of(exchange)
    origin = exchange.sent_header("Origin") or ""
    hop = where(exchange, expected.hop)
    plain = wish(intent, origin, "GET")
    if reason := why_unreadable(plain, lines):
        yield Finding(
            expected=f"a page on {origin} may send requests{with_cookies(intent.credentials)}",
            observed=f"{blocks(origin, reason)} (preflight)",
            hop=hop,
            cause=expected.causes.of(ALLOW_CREDENTIALS if ALLOW_CREDENTIALS in reason else ALLOW_ORIGIN),
        )
        return
    for header, check in (("Methods", _methods_refused), ("Headers", _headers_refused)):
        name = f"Access-Control-Allow-{header}"
        allowed = listed(lines, name)
        refused = [f"{name} is no list of names"] if allowed is None else check(expected, origin, allowed)
        if refused:
            yield Finding(
                expected=f"{header.lower()} {several(getattr(intent, header.lower()), 9)} from {origin}",
                observed=f"the browser does not send the request: {several(refused, 9)}",
                hop=hop,
                cause=expected.causes.of(name),
            )


def _methods_refused(expected: Pages, origin: str, allowed: tuple[str, ...]) -> list[str]:
    found = (why_method_refused(wish(expected.intent, origin, m), allowed) for m in expected.intent.methods)
    return [reason for reason in found if reason]


def _headers_refused(expected: Pages, origin: str, allowed: tuple[str, ...]) -> list[str]:
    reason = why_header_refused(wish(expected.intent, origin, "GET"), allowed)
    return [reason] if reason else []


REFUSED: Check = Check(
    id="cors.origin-refused",
    severity=Severity.CRITICAL,
    catches="An allowed page whose requests its browser does not send: its origin, a method or a header that "
    "the policy declares is not in the answer to the preflight, or credentials are not.",
    remedy="Look at what the cors plugin of the route sends, and at whatever changes it on the way.",
    source="CO01; WHATWG Fetch, CORS-preflight fetch",
    targets=by_route,
    observes=lambda environment, target: tuple(
        asked(environment, target, origin) for origin in _origins(environment, target)
    ),
    expects=_expected,
    requires=lambda environment, target: all_of(
        ((SEVERAL, target),), after_first(REFUSED, environment, target)
    ),
    judge=_judge_refusals,
)


def _judge_width(seen: tuple[Exchange, Exchange], expected: Pages) -> Verdict:
    return undecided(*seen) or list(_beyond(*seen, expected))


def _beyond(declared: Exchange, undeclared: Exchange, expected: Pages) -> Iterator[Finding]:
    intent, lines, causes = expected.intent, lines_of(declared), expected.causes
    methods = listed(lines, "Access-Control-Allow-Methods") or ()
    wider = [name for name in methods if name not in {*intent.methods, *SAFELISTED_METHODS}]
    if wider:
        told = f"methods {', '.join(intent.methods)} and no others"
        yield _wide(told, f"{several(wider, 9)} too", "Access-Control-Allow-Methods", causes)
    if "*" not in intent.headers:
        yield from _wider_headers(declared, undeclared, expected)
    if not intent.credentials and combined(lines, ALLOW_CREDENTIALS) == "true":
        yield _wide("no credentials", f"{ALLOW_CREDENTIALS}: true", ALLOW_CREDENTIALS, causes)
    age = combined(lines, _MAX_AGE) or ""
    if intent.max_age and age.isdecimal() and int(age) > intent.max_age.total_seconds():
        promise = f"{_MAX_AGE} {intent.max_age.total_seconds():g} or less"
        yield _wide(promise, f"{age}: what is withdrawn stays allowed for longer", _MAX_AGE, causes)


def _wider_headers(declared: Exchange, undeclared: Exchange, expected: Pages) -> Iterator[Finding]:
    name = "Access-Control-Allow-Headers"
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


def _firsts(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The routes that stand for others by the file, and those that none stands for."""
    named = by_route(environment)
    if isinstance(named, NotDeclared):
        return named
    return tuple(target for target in named if first_of(environment, target) == target)


TOO_WIDE = Check(
    id="cors.preflight-too-wide",
    severity=Severity.MAJOR,
    catches="A preflight's answer that allows what no policy declares: further methods (TRACE and CONNECT "
    "are among Kong's defaults), any request header, credentials, a permission that is kept for longer.",
    remedy="Write methods, headers, credentials and max_age of the cors plugin out, as the policy has them.",
    source="CO08; Kong 3.4, cors schema",
    targets=_firsts,
    observes=lambda environment, target: (
        _first_asked(environment, target),
        asked_for_more(environment, target),
    ),
    expects=_expected,
    requires=lambda environment, target: ((PREFLIGHT_REFUSED, target),),
    judge=_judge_width,
)

CHECKS: tuple[Check, ...] = (PREFLIGHT_REFUSED, SEVERAL, REFUSED, TOO_WIDE)
