"""Live answers, judged as browsers do: readable by the pages that may, and by no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atalaia.checks.answers import not_measured, where
from atalaia.checks.check import Finding, Inconclusive
from atalaia.checks.cors.causes import Causes, causes_of
from atalaia.checks.cors.fetch import Lines, Wish, combined, readable_headers, why_unreadable
from atalaia.checks.cors.policies import named_origins
from atalaia.checks.cors.words import blocks, may_read, only, several, with_cookies
from atalaia.environment import Environment
from atalaia.environment.gateway import CorsPolicy
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest

ALLOW_ORIGIN = "Access-Control-Allow-Origin"
ALLOW_CREDENTIALS = "Access-Control-Allow-Credentials"
EXPOSE_HEADERS = "Access-Control-Expose-Headers"


@dataclass(frozen=True)
class Pages:
    """Which pages may read answers, where the question was sent, and what may be the cause."""

    intent: CorsPolicy
    hop: Hop
    causes: Causes


def pages(environment: Environment, intent: CorsPolicy, request: HttpRequest) -> Pages:
    """What is expected of the answers to a request and to those like it."""
    return Pages(intent, request.hop, causes_of(environment, request))


def lines_of(exchange: Exchange) -> Lines:
    """The headers of an answer; none where none came."""
    return exchange.response.headers if exchange.response else ()


def unanswered(*exchanges: Exchange) -> Inconclusive | None:
    """Why answers say nothing about CORS: they were not measured, or did not come."""
    for exchange in exchanges:
        if reason := not_measured(exchange.failure):
            return reason
        if exchange.response is None:
            return Inconclusive(f"no answer from {exchange.url}: {exchange.failure}")
    return None


def judge_readable(exchange: Exchange, origin: str, expected: Pages, what: str = "") -> list[Finding]:
    """A finding where the browser keeps an answer from a page of this origin, which may read it."""
    credentials = expected.intent.credentials
    reason = why_unreadable(Wish(origin, credentials=credentials), lines_of(exchange))
    if reason is None:
        return []
    status = exchange.response.status if exchange.response else "no answer"
    told = f" of {what}" if what else ""
    return [
        Finding(
            expected=f"a page on {origin} may read the answer{told}{with_cookies(credentials)}",
            observed=f"{status}; {blocks(origin, reason)}",
            hop=where(exchange, expected.hop),
            cause=expected.causes.of(ALLOW_CREDENTIALS if ALLOW_CREDENTIALS in reason else ALLOW_ORIGIN),
        )
    ]


def judge_hidden(exchange: Exchange, names: Sequence[str], expected: Pages) -> list[Finding]:
    """A finding where the browser keeps some of these headers from a page that may read the answer."""
    lines, credentials = lines_of(exchange), expected.intent.credentials
    readable = readable_headers(lines, names, credentials=credentials)
    hidden = [name for name in names if name.lower() not in readable]
    if not hidden:
        return []
    said = combined(lines, EXPOSE_HEADERS)
    return [
        Finding(
            expected=f"pages may read the headers {several(names, 9)}",
            observed=f"the browser keeps {several(hidden, 9)} from them: "
            + (f"{EXPOSE_HEADERS} is {said!r}" if said is not None else f"no {EXPOSE_HEADERS}"),
            hop=where(exchange, expected.hop),
            cause=expected.causes.of(EXPOSE_HEADERS),
        )
    ]


def judge_foreign(exchanges: Sequence[Exchange], expected: Pages) -> list[Finding]:
    """A finding where browsers let pages of foreign origins read what they asked for.

    Each answer is judged for the Origin that it was sent with, with the user's cookies and without. An
    Access-Control-Allow-Origin that is present proves nothing: Kong sends a single origin to everybody.
    """
    for credentials in (True, False):
        passing = [
            (exchange, origin)
            for exchange in exchanges
            if (origin := exchange.sent_header("Origin"))
            and why_unreadable(Wish(origin, credentials=credentials), lines_of(exchange)) is None
        ]
        if passing:
            exchange, _ = passing[0]
            origins = tuple(dict.fromkeys(origin for _, origin in passing))
            said = combined(lines_of(exchange), ALLOW_ORIGIN)
            return [
                Finding(
                    expected=only(named_origins(expected.intent), credentials=credentials),
                    observed=f"{may_read(origins, credentials=credentials)}: {ALLOW_ORIGIN} is {said!r}",
                    hop=where(exchange, expected.hop),
                    cause=expected.causes.of(ALLOW_ORIGIN),
                )
            ]
    return []
