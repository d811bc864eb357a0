"""Error answers: the app must be able to read them, and foreign pages must not (CO01, CO02).

A browser that may not read a 401 shows the app a network error. Errors have other sources than answers:
on the 404 of no route only Kong's global plugins run, and HAProxy's http-response rules do not touch its
own pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, undecided
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.configured import unless_given
from atalaia.checks.cors.answers import FOREIGN_READS, UNREADABLE
from atalaia.checks.cors.front import FRONT_ALLOWS, FRONT_REFUSES
from atalaia.checks.cors.judging import Pages, judge_foreign, judge_readable, pages, unanswered
from atalaia.checks.cors.own_errors import OwnErrors, as_told, own_errors, told
from atalaia.checks.cors.policies import by_route, named_origins
from atalaia.checks.cors.preflights import several_origins
from atalaia.checks.cors.provoked import errors, foreign_errors
from atalaia.checks.fronts import front_of
from atalaia.checks.origins import FOREIGN
from atalaia.checks.routes import FRONT
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.observable import Observable

_UNNAMED = NotDeclared("cors policy whose origins are named")


@dataclass(frozen=True)
class Awaited:
    """An error answer: who may read it, and which statuses it has."""

    pages: Pages
    statuses: range
    own: OwnErrors | None
    """What the configuration is asked about instead, where no such answer can be provoked."""


def _expected(environment: Environment, target: str) -> Awaited:
    one = errors(environment)[target]
    own = own_errors(environment, one.policy) if one.policy else None
    return Awaited(pages(environment, one.intent, one.request), one.statuses, own)


def _observes(environment: Environment, target: str, *, foreign: bool) -> tuple[Observable, ...]:
    one = errors(environment)[target]
    if one.policy:
        return unless_given(environment)
    return (one.foreign if foreign else one.request,)


def _targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named = by_route(environment)
    if isinstance(named, NotDeclared):
        return named
    return tuple(name for name in errors(environment) if not _is_outage(name)) or _UNNAMED


def _is_outage(target: str) -> bool:
    """Whether it is the 503 of a front without servers."""
    return target.startswith(f"5xx at {FRONT}")


def _outages(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named = _targets(environment)
    if isinstance(named, NotDeclared):
        return named
    found = tuple(name for name in errors(environment) if _is_outage(name))
    missing = "load_balancer" if front_of(environment) is None else "load_balancer.dead_upstream"
    return found or NotDeclared(missing)


def _needs(environment: Environment, target: str, own: Check, answers: Check, through: Check) -> Needs:
    one = errors(environment)[target]
    named = ((answers, one.route), (own, one.like), (through, one.passes))
    return all_of(one.needs, tuple((check, at) for check, at in named if at))


def _no_such_error(exchange: Exchange, expected: Awaited) -> Inconclusive | None:
    """Why an answer says nothing about errors: it is none, or another one."""
    if reason := undecided(exchange) or unanswered(exchange):
        return reason
    status = exchange.response.status if exchange.response and not exchange.failure else 0
    if status in expected.statuses:
        return None
    return Inconclusive(f"it was meant to be an error: {describe(exchange)}")


def _judge(seen: tuple[Any, ...], expected: Awaited) -> Verdict:
    if expected.own is not None:
        (origin, *_) = named_origins(expected.own.intent)
        said = told(seen, expected.own, origin)
        if isinstance(said, Inconclusive):
            return said
        return [one for error, to, routes in said for one in as_told(_unreadable(error, to), routes)]
    return _no_such_error(seen[0], expected) or _unreadable(seen[0], expected.pages)


def _unreadable(exchange: Exchange, expected: Pages) -> list[Finding]:
    origin = exchange.sent_header("Origin") or ""
    status = exchange.response.status if exchange.response else 0
    found: list[Finding] = several_origins(exchange, expected)
    return found or judge_readable(exchange, origin, expected, f"an error ({status})")


UNREADABLE_ERROR: Check = Check(
    id="cors.error-unreadable",
    severity=Severity.MAJOR,
    catches="An error that the browser keeps from the app, which sees a network error instead of a 401, 404 "
    "or 502: a cors plugin that is not global, an HAProxy that answers itself.",
    remedy="Make the cors plugin global (on the 404 of no route only global plugins run); in HAProxy set the "
    "Access-Control headers by `http-after-response` on its own answers.",
    source="CO01; Kong 3.4, kong/runloop/plugins_iterator.lua; HAProxy 2.8, http-after-response",
    targets=_targets,
    observes=lambda environment, target: _observes(environment, target, foreign=False),
    expects=_expected,
    requires=lambda environment, target: _needs(
        environment, target, UNREADABLE_ERROR, UNREADABLE, FRONT_REFUSES
    ),
    judge=_judge,
)


OUTAGE_UNREADABLE: Check = Check(
    id="cors.outage-unreadable",
    severity=Severity.MAJOR,
    catches="A load balancer without servers whose own 503 the browser keeps from the app, which cannot tell "
    "its user that the service is down.",
    remedy="Set the Access-Control headers by `http-after-response` on HAProxy's own answers; its "
    "`http-response` rules do not touch them.",
    source="CO01; HAProxy 2.8, http-after-response",
    targets=_outages,
    observes=lambda environment, target: _observes(environment, target, foreign=False),
    expects=_expected,
    requires=lambda environment, target: _needs(
        environment, target, UNREADABLE_ERROR, UNREADABLE, FRONT_REFUSES
    ),
    judge=_judge,
)


def _foreign_targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named = _targets(environment)
    if isinstance(named, NotDeclared):
        return named
    return foreign_errors(environment) or _UNNAMED


def _judge_foreign(seen: tuple[Any, ...], expected: Awaited) -> Verdict:
    if expected.own is not None:
        said = told(seen, expected.own, FOREIGN)
        if isinstance(said, Inconclusive):
            return said
        return [one for error, to, routes in said for one in as_told(judge_foreign((error,), to), routes)]
    return _no_such_error(seen[0], expected) or judge_foreign(seen, expected.pages)


FOREIGN_READS_ERROR: Check = Check(
    id="cors.foreign-reads-error",
    severity=Severity.MAJOR,
    catches="An error that browsers give to any page: rules for error answers that reflect the Origin, or "
    "allow `*`.",
    remedy="Compare the Origin with the allowed ones where error answers are given their headers, too.",
    source="CO02; HAProxy 2.8, http-after-response",
    targets=_foreign_targets,
    observes=lambda environment, target: _observes(environment, target, foreign=True),
    expects=_expected,
    requires=lambda environment, target: _needs(
        environment, target, FOREIGN_READS_ERROR, FOREIGN_READS, FRONT_ALLOWS
    ),
    judge=_judge_foreign,
)

CHECKS: tuple[Check, ...] = (UNREADABLE_ERROR, OUTAGE_UNREADABLE, FOREIGN_READS_ERROR)
