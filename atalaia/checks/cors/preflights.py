"""Preflights, straight to a node, where they are free: answered, and as declared (CO01, CO07, CO09)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atalaia.checks.addresses import all_of
from atalaia.checks.answers import describe, undecided, where
from atalaia.checks.check import Check, Finding, Severity, Verdict
from atalaia.checks.configured import given_of
from atalaia.checks.cors.explained import SENDING, explained
from atalaia.checks.cors.fetch import Wish, combined, why_refused
from atalaia.checks.cors.judging import ALLOW_CREDENTIALS, ALLOW_ORIGIN, Pages, lines_of, pages
from atalaia.checks.cors.policies import by_route, named_origins
from atalaia.checks.cors.requests import (
    after_first,
    asked,
    intent_of,
    origin_of,
    reached,
    wish,
)
from atalaia.checks.cors.words import blocks, several, with_cookies
from atalaia.checks.routing.leading import Declared, declared, led
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.given import Given

_LISTS = ("Access-Control-Allow-Methods", "Access-Control-Allow-Headers")


def first_asked(environment: Environment, target: str) -> HttpRequest:
    """The preflight of the policy's first origin."""
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
    observes=lambda environment, target: (first_asked(environment, target),),
    expects=lambda environment, target: Asked(declared(environment, target), given_of(environment)),
    requires=reached,
    judge=_judge_answer,
)


def _origins(environment: Environment, target: str) -> tuple[str, ...]:
    intent = intent_of(environment, target)
    return named_origins(intent) or (origin_of(intent),)


def as_asked(environment: Environment, target: str) -> Pages:
    """What is expected of the answers to a route's preflights."""
    return pages(environment, intent_of(environment, target), first_asked(environment, target))


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
    observes=lambda environment, target: (first_asked(environment, target),),
    expects=as_asked,
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
    status = exchange.response.status if exchange.response else 0
    origin = exchange.sent_header("Origin") or ""
    hop = where(exchange, expected.hop)
    if reason := why_refused(Wish(origin, credentials=intent.credentials), status, lines):
        yield Finding(
            expected=f"a page on {origin} may send requests{with_cookies(intent.credentials)}",
            observed=f"{blocks(origin, reason)} (preflight)",
            hop=hop,
            cause=expected.causes.of(_named_in(reason)),
        )
        return
    by_method = [Wish(origin, method, credentials=intent.credentials) for method in intent.methods]
    for header, wishes in (("Methods", by_method), ("Headers", [wish(intent, origin, "GET")])):
        if refused := [reason for each in wishes if (reason := why_refused(each, status, lines))]:
            yield Finding(
                expected=f"{header.lower()} {several(getattr(intent, header.lower()), 9)} from {origin}",
                observed=f"the browser does not send the request: {several(refused, 9)}",
                hop=hop,
                cause=expected.causes.of(f"Access-Control-Allow-{header}"),
            )


def _named_in(reason: str) -> str:
    """The header that a browser's reason is about."""
    return next((name for name in (ALLOW_CREDENTIALS, *_LISTS) if name in reason), ALLOW_ORIGIN)


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
    expects=as_asked,
    requires=lambda environment, target: all_of(
        explained(environment, target, narrower=SENDING),
        ((SEVERAL, target),),
        after_first(REFUSED, environment, target),
    ),
    judge=_judge_refusals,
)

CHECKS: tuple[Check, ...] = (PREFLIGHT_REFUSED, SEVERAL, REFUSED)
