"""The same profile on the answers that nobody looks at: 401, 404, 429, and a dead upstream's (SH02).

Errors come from other places than answers: on a 404 of no route only Kong's global plugins run, a
service's Helmet is not there on what Kong answers itself, and HAProxy's http-response rules do not touch its
own pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.addresses import all_of
from atalaia.checks.answers import describe, not_measured, undecided
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.headers import judging
from atalaia.checks.headers.causes import Causes
from atalaia.checks.headers.normal import finding, sound
from atalaia.checks.headers.places import everywhere, over_tls
from atalaia.checks.headers.profiles import Profile
from atalaia.checks.headers.provoked import Provoked, denials, errors
from atalaia.checks.observables import hop_of
from atalaia.checks.routes import FRONT
from atalaia.environment import Effect, Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.given import given_of
from atalaia.systems.limiter.model import LimiterSeen


@dataclass(frozen=True)
class Expected:
    """What an error answer is held against."""

    profile: Profile
    over_tls: bool
    statuses: range
    hop: Hop
    causes: Causes


def _expected(environment: Environment, one: Provoked) -> Expected:
    at_front = one.endpoint.startswith(FRONT)
    return Expected(
        one.profile,
        over_tls(environment, one.endpoint),
        one.statuses,
        hop_of(environment, one.endpoint),
        Causes(given_of(environment), one.request, at_front),
    )


def _judge(seen: tuple[Exchange], expected: Expected) -> Verdict:
    (exchange,) = seen
    if verdict := not_measured(exchange.failure):
        return verdict
    response = exchange.response
    if response is None or exchange.failure or response.status not in expected.statuses:
        return undecided(exchange) or Inconclusive(f"it was meant to be an error: {describe(exchange)}")
    # Who produced the error is who left the headers out.
    hop = expected.hop if exchange.answered_by is Hop.UNKNOWN else exchange.answered_by
    found: list[Finding] = []
    for fault in judging.everything(expected.profile, response, over_tls=expected.over_tls):
        causes = expected.causes
        cause = causes.missing(fault.header) if fault.absent else causes.weak(fault.header, fault.value)
        told = finding(fault, hop, cause)
        found.append(told.model_copy(update={"expected": f"{told.expected} (on the {response.status})"}))
    return found


def _judge_denial(seen: tuple[LimiterSeen], expected: Expected) -> Verdict:
    denied = seen[0].denied
    if not denied:
        return Inconclusive("the limiter denied nobody")
    return _judge((denied[0],), expected)


def _errors(environment: Environment) -> tuple[str, ...] | NotDeclared:
    found = everywhere(environment)
    return found if isinstance(found, NotDeclared) else tuple(errors(environment)) or NotDeclared("gateway")


def _denials(environment: Environment) -> tuple[str, ...] | NotDeclared:
    found = everywhere(environment)
    if isinstance(found, NotDeclared):
        return found
    return tuple(denials(environment)) or NotDeclared("limit of a minute or less")


_CATCHES = "one service's Helmet, a plugin that is not global, `http-response` in HAProxy."
_REMEDY = (
    "In Kong, add the headers by a global response-transformer (`add` beside `replace`); in HAProxy by "
    "`http-after-response set-header`, which its own answers get, too."
)

MISSING_ON_ERROR: Check = Check(
    id="headers.missing-on-error",
    severity=Severity.MAJOR,
    catches="Security headers that answers have and errors (401, 404, 502, 503) have not, or weaker ones: "
    + _CATCHES,
    remedy=_REMEDY,
    source="SH02; Kong 3.4, plugins on the 404 of no route; HAProxy, http-after-response",
    targets=_errors,
    observes=lambda environment, target: (errors(environment)[target].observable,),
    expects=lambda environment, target: _expected(environment, errors(environment)[target]),
    requires=lambda environment, target: errors(environment)[target].needs,
    alike=lambda environment, target: all_of(
        sound(environment, errors(environment)[target].like),
        tuple((MISSING_ON_ERROR, first) for first in errors(environment)[target].firsts),
    ),
    judge=_judge,
)

MISSING_ON_DENIAL = Check(
    id="headers.missing-on-denial",
    severity=Severity.MAJOR,
    catches="Security headers that answers have and a limiter's 429 has not, or weaker ones: " + _CATCHES,
    remedy=_REMEDY,
    source="SH02; RL12",
    targets=_denials,
    observes=lambda environment, target: (denials(environment)[target].observable,),
    expects=lambda environment, target: _expected(environment, denials(environment)[target]),
    requires=lambda environment, target: denials(environment)[target].needs,
    alike=lambda environment, target: sound(environment, denials(environment)[target].like),
    judge=_judge_denial,
    effect=Effect.SPENDS,
)

CHECKS: tuple[Check, ...] = (MISSING_ON_ERROR, MISSING_ON_DENIAL)
