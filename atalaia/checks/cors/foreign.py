"""Preflights of pages that may not: a third party's, look-alikes, `null`, the http twin (CO02 to CO05)."""

from __future__ import annotations

from collections.abc import Callable

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import undecided, where
from atalaia.checks.check import Check, Finding, NotDeclared, Severity, Verdict
from atalaia.checks.cors.anyone import ANYONE
from atalaia.checks.cors.explained import READING, explained
from atalaia.checks.cors.fetch import Wish, combined, why_unreadable
from atalaia.checks.cors.judging import (
    ALLOW_CREDENTIALS,
    ALLOW_ORIGIN,
    Pages,
    judge_foreign,
    lines_of,
    pages,
)
from atalaia.checks.cors.policies import by_route, first_of, firsts, named_origins, policy_name, twins_of
from atalaia.checks.cors.preflights import PREFLIGHT_REFUSED
from atalaia.checks.cors.requests import (
    asked,
    closed,
    closed_firsts,
    foreigners,
    intent_of,
)
from atalaia.checks.cors.words import may_read, only
from atalaia.checks.origins import FOREIGN
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange

_CLOSED = NotDeclared("route_classes with a cors policy whose origins are named")


def closed_routes(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The routes whose policy names its origins."""
    named = by_route(environment)
    return named if isinstance(named, NotDeclared) else closed(environment) or _CLOSED


def first_routes(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Of those, the ones that stand for others."""
    named = closed_routes(environment)
    return named if isinstance(named, NotDeclared) else closed_firsts(environment)


def _expected(environment: Environment, target: str) -> Pages:
    return pages(environment, intent_of(environment, target), asked(environment, target, FOREIGN))


def _judge_any(seen: tuple[Exchange], expected: Pages) -> Verdict:
    if reason := undecided(*seen):
        return reason
    (exchange,) = seen
    lines = lines_of(exchange)
    allowed, credentials = combined(lines, ALLOW_ORIGIN), combined(lines, ALLOW_CREDENTIALS)
    if why_unreadable(Wish(FOREIGN, credentials=True), lines) is None:
        observed = f"{may_read((FOREIGN,), credentials=True)}, and any other page: its Origin comes back"
    elif allowed == "*" and credentials == "true":
        observed = (
            "`*` together with credentials: any page may read answers without the user's cookies, and none "
            "with them"
        )
    else:
        return []
    return [
        Finding(
            expected=only(named_origins(expected.intent), credentials=True),
            observed=observed,
            hop=where(exchange, expected.hop),
            cause=expected.causes.of(ALLOW_ORIGIN),
        )
    ]


ANY_ORIGIN: Check = Check(
    id="cors.any-origin-with-credentials",
    severity=Severity.CRITICAL,
    catches="Whoever asks may read answers with the user's cookies: Kong does so for `*`, or no origins, "
    "together with `credentials: true`.",
    remedy="Name the origins in the cors plugin.",
    source="CO05; Kong 3.4, kong/plugins/cors/handler.lua; PortSwigger, CORS",
    targets=firsts,
    observes=lambda environment, target: (asked(environment, target, FOREIGN),),
    expects=_expected,
    requires=lambda environment, target: all_of(
        ((ANYONE, policy_name(environment, target)),),
        explained(environment, target, wider=READING),
        ((PREFLIGHT_REFUSED, target),),
    ),
    judge=_judge_any,
)


def _judge(seen: tuple[Exchange, ...], expected: Pages) -> Verdict:
    return undecided(*seen) or judge_foreign(seen, expected)


def _asked_by(origins: Callable[[Environment, str], tuple[str, ...]]):  # type: ignore[no-untyped-def]
    return lambda environment, target: tuple(
        asked(environment, target, origin) for origin in origins(environment, target)
    )


def _foreign_needs(environment: Environment, target: str) -> Needs:
    first = first_of(environment, target)
    if first == target:
        return ((ANY_ORIGIN, target),)
    twins: Needs = ((PLAINTEXT_ALLOWED, first),) if twins_of(intent_of(environment, first)) else ()
    alike = all_of(((FOREIGN_ALLOWED, first), (NULL_ALLOWED, first)), twins)
    return all_of(((PREFLIGHT_REFUSED, target),), alike)


FOREIGN_ALLOWED: Check = Check(
    id="cors.foreign-origin-allowed",
    severity=Severity.CRITICAL,
    catches="A foreign page whose requests browsers send, because its origin looks like an allowed one: a "
    "prefix, a suffix, another port, a dot that was not escaped; twelve such origins are tried.",
    remedy="Compare whole origins. Where it must be an expression, escape its dots and anchor both ends.",
    source="CO02; Corsy, CORScanner, nuclei",
    targets=closed_routes,
    observes=_asked_by(foreigners),
    expects=_expected,
    requires=_foreign_needs,
    judge=_judge,
)

NULL_ALLOWED: Check = Check(
    id="cors.null-origin-allowed",
    severity=Severity.CRITICAL,
    catches="The origin `null` is allowed: any page can have it, by a sandboxed frame.",
    remedy="Take `null` out of the origins; serve local tests from http://localhost instead.",
    source="CO03; Corsy",
    targets=first_routes,
    observes=_asked_by(lambda environment, target: ("null",)),
    expects=_expected,
    requires=lambda environment, target: ((ANY_ORIGIN, target),),
    judge=_judge,
)


def _with_twins(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named = first_routes(environment)
    if isinstance(named, NotDeclared):
        return named
    found = tuple(target for target in named if twins_of(intent_of(environment, target)))
    return found or NotDeclared("cors policy with an https origin")


PLAINTEXT_ALLOWED: Check = Check(
    id="cors.plaintext-origin-allowed",
    severity=Severity.CRITICAL,
    catches="The http twin of an https origin is allowed: whoever is on the wire writes a page on it, and "
    "reads what the user may. Kong does so for an expression without `:`.",
    remedy="Write the scheme into every entry, as in https://app.example.",
    source="CO04; Kong 3.4, kong/plugins/cors/handler.lua",
    targets=_with_twins,
    observes=_asked_by(lambda environment, target: twins_of(intent_of(environment, target))),
    expects=_expected,
    requires=lambda environment, target: ((ANY_ORIGIN, target),),
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (ANY_ORIGIN, FOREIGN_ALLOWED, NULL_ALLOWED, PLAINTEXT_ALLOWED)
