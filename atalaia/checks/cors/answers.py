"""Answers to the requests themselves, at a node: who may read them, and what caches do (CO01 to CO09)."""

from __future__ import annotations

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import undecided, where
from atalaia.checks.check import Check, Finding, NotDeclared, Severity, Verdict
from atalaia.checks.cors.explained import EXPOSING, explained
from atalaia.checks.cors.fetch import combined, listed
from atalaia.checks.cors.foreign import FOREIGN_ALLOWED, closed_routes, first_routes
from atalaia.checks.cors.judging import (
    ALLOW_CREDENTIALS,
    ALLOW_ORIGIN,
    Pages,
    judge_foreign,
    judge_hidden,
    judge_readable,
    lines_of,
    pages,
)
from atalaia.checks.cors.policies import by_route
from atalaia.checks.cors.preflights import REFUSED, several_origins
from atalaia.checks.cors.requests import (
    actual,
    actual_of,
    after_first,
    foreigner,
    intent_of,
    origin_of,
    visited,
)
from atalaia.checks.cors.words import several
from atalaia.checks.routing.reached import answered
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange


def _expected(environment: Environment, target: str) -> Pages:
    return pages(environment, intent_of(environment, target), actual(environment, target))


def _origin(exchange: Exchange, expected: Pages) -> str:
    return exchange.sent_header("Origin") or origin_of(expected.intent)


def _judge_readable(seen: tuple[Exchange], expected: Pages) -> Verdict:
    if reason := undecided(*seen):
        return reason
    (exchange,) = seen
    return several_origins(exchange, expected) or judge_readable(
        exchange, _origin(exchange, expected), expected
    )


def _readable_needs(environment: Environment, target: str) -> Needs:
    return all_of(
        ((REFUSED, target),), answered(environment, target), after_first(UNREADABLE, environment, target)
    )


UNREADABLE: Check = Check(
    id="cors.answer-unreadable",
    severity=Severity.CRITICAL,
    catches="An answer that the browser keeps from an allowed page, though the preflight said that it may "
    "have it: half of CORS was configured, or the service's own headers got in the way.",
    remedy="Let the cors plugin that answers the preflight apply to the route's other methods too.",
    source="CO01, CO09; WHATWG Fetch, CORS check",
    targets=by_route,
    observes=lambda environment, target: (actual(environment, target),),
    expects=_expected,
    requires=_readable_needs,
    judge=_judge_readable,
)


def _judge_exposed(seen: tuple[Exchange], expected: Pages) -> Verdict:
    if reason := undecided(*seen):
        return reason
    wanted = tuple(name for name in expected.intent.exposed_headers if name != "*")
    return judge_hidden(seen[0], wanted, expected)


def _exposing(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named = by_route(environment)
    if isinstance(named, NotDeclared):
        return named
    found = tuple(target for target in named if intent_of(environment, target).exposed_headers)
    return found or NotDeclared("cors[].exposed_headers")


UNEXPOSED: Check = Check(
    id="cors.header-unexposed",
    severity=Severity.MINOR,
    catches="A response header that pages are meant to read, RateLimit-Reset for one, and browsers hide.",
    remedy="List it in exposed_headers of the cors plugin.",
    source="CO08; WHATWG Fetch, CORS-exposed header-name list",
    targets=_exposing,
    observes=lambda environment, target: (actual(environment, target),),
    expects=_expected,
    requires=lambda environment, target: all_of(
        explained(environment, target, narrower=EXPOSING),
        ((UNREADABLE, target),),
        after_first(UNEXPOSED, environment, target),
    ),
    judge=_judge_exposed,
)


def _visited(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named = closed_routes(environment)
    return named if isinstance(named, NotDeclared) else visited(environment)


def _judge_foreign(seen: tuple[Exchange], expected: Pages) -> Verdict:
    return undecided(*seen) or judge_foreign(seen, expected)


FOREIGN_READS: Check = Check(
    id="cors.foreign-origin-reads",
    severity=Severity.CRITICAL,
    catches="An answer that browsers give to a foreign page, though the preflight refuses it (a GET needs "
    "none).",
    remedy="Let the cors plugin that answers the preflight apply to the route's other methods too.",
    source="CO02; Corsy, nuclei",
    targets=_visited,
    observes=lambda environment, target: (actual_of(environment, target, foreigner(environment, target)),),
    expects=_expected,
    requires=lambda environment, target: all_of(
        ((FOREIGN_ALLOWED, target),),
        answered(environment, target),
        after_first(FOREIGN_READS, environment, target),
    ),
    judge=_judge_foreign,
)


def _judge_vary(seen: tuple[Exchange, ...], expected: Pages) -> Verdict:
    if reason := undecided(*seen):
        return reason
    said = [
        (combined(lines_of(each), ALLOW_ORIGIN), combined(lines_of(each), ALLOW_CREDENTIALS)) for each in seen
    ]
    if len(set(said)) == 1:
        return []  # static: every cache may give the answer to everybody
    lacking = [each for each in seen if not _varies(each)]
    if not lacking:
        return []
    asked = "; ".join(
        f"Origin {each.sent_header('Origin') or 'none'}: {origin or 'no ' + ALLOW_ORIGIN}"
        for each, (origin, _) in zip(seen, said, strict=True)
    )
    who = several([each.sent_header("Origin") or "none" for each in lacking])
    return [
        Finding(
            expected="Vary: Origin on every answer, because what they allow depends on the Origin",
            observed=f"no Vary: Origin for Origin {who}; a cache gives one answer to the others, "
            f"whose browsers block it ({asked})",
            hop=where(lacking[0], expected.hop),
            cause=expected.causes.of("Vary"),
        )
    ]


def _varies(exchange: Exchange) -> bool:
    names = {name.lower() for name in listed(lines_of(exchange), "Vary") or ()}
    return bool(names & {"origin", "*"})


VARY_MISSING = Check(
    id="cors.vary-missing",
    severity=Severity.MAJOR,
    catches="Answers that differ by Origin and do not say so: a cache, the browser's own among them, gives "
    "one page's answer to another, and what worked fails by chance.",
    remedy="Let `Vary: Origin` pass, also on answers to requests without Origin.",
    source="CO06; WHATWG Fetch, CORS protocol and HTTP caches",
    targets=first_routes,
    observes=lambda environment, target: (
        actual(environment, target),
        actual_of(environment, target, foreigner(environment, target)),
        actual_of(environment, target, None),
    ),
    expects=_expected,
    requires=lambda environment, target: ((UNREADABLE, target), (FOREIGN_READS, target)),
    judge=_judge_vary,
)

CHECKS: tuple[Check, ...] = (UNREADABLE, UNEXPOSED, FOREIGN_READS, VARY_MISSING)
