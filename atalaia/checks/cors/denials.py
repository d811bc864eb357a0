"""At a limiter's end: the app must be able to read the 429, and no look-alike anything (CO01, CO02).

Costs nothing of its own: the measurement of a limiter sends the allowed origin and its mutations anyway.
One route of each class is looked at, so that CORS alone does not use every limiter up.
"""

from __future__ import annotations

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.cors.answers import FOREIGN_READS, UNEXPOSED, UNREADABLE
from atalaia.checks.cors.errors import UNREADABLE_ERROR
from atalaia.checks.cors.fetch import Wish, why_unreadable
from atalaia.checks.cors.judging import (
    Pages,
    judge_foreign,
    judge_hidden,
    judge_readable,
    lines_of,
    pages,
    unanswered,
)
from atalaia.checks.cors.policies import by_route, named_origins, policies
from atalaia.checks.cors.preflights import several_origins
from atalaia.checks.cors.provoked import errors
from atalaia.checks.cors.requests import intent_of
from atalaia.checks.rate_limits.enforced import enforced
from atalaia.checks.rate_limits.observables import measured
from atalaia.checks.rate_limits.targets import first_of_class, front
from atalaia.checks.routes import FRONT
from atalaia.environment import Effect, Environment
from atalaia.environment.gateway import CorsPolicy
from atalaia.exchange.exchange import Exchange
from atalaia.systems.limiter.model import LimiterSeen


def _targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named, of_routes, of_front = by_route(environment), first_of_class(environment), front(environment)
    if isinstance(named, NotDeclared):
        return named
    limited = [target for some in (of_routes, of_front) if isinstance(some, tuple) for target in some]
    found = tuple(target for target in limited if _intent(environment, target) is not None)
    return found or NotDeclared("a limit of a minute or less on routes with cors")


def _intent(environment: Environment, target: str) -> CorsPolicy | None:
    """The policy whose origin the measurement carries."""
    if target == FRONT:
        origin = dict(measured(environment, FRONT).requests[0].headers).get("Origin")
        found = (policy.intent for policy in policies(environment).values())
        return next((intent for intent in found if origin in intent.origins), None)
    named = by_route(environment)
    if not isinstance(named, tuple) or target not in named:
        return None
    intent = intent_of(environment, target)
    return intent if named_origins(intent) else None


def _expected(environment: Environment, target: str) -> Pages:
    intent = _intent(environment, target)
    assert intent is not None, "the check's targets have one"
    return pages(environment, intent, measured(environment, target).requests[0])


def _needs(environment: Environment, target: str) -> Needs:
    if target == FRONT:
        own = tuple((UNREADABLE_ERROR, name) for name in errors(environment) if name.startswith("own "))
        return all_of(enforced(environment, FRONT), own)
    asked = FOREIGN_READS.targets(environment)
    foreign: Needs = ((FOREIGN_READS, target),) if isinstance(asked, tuple) and target in asked else ()
    exposed: Needs = ((UNEXPOSED, target),) if intent_of(environment, target).exposed_headers else ()
    return all_of(enforced(environment, target), ((UNREADABLE, target),), exposed, foreign)


def _judge(seen: tuple[LimiterSeen], expected: Pages) -> Verdict:
    (measurement,) = seen
    if reason := unanswered(*measurement.steps):
        return reason
    findings = _judge_denials(measurement, expected)
    if isinstance(findings, Inconclusive) or "*" in expected.intent.origins:
        return findings
    allowed = named_origins(expected.intent)
    foreign = [each for each in measurement.steps if each.sent_header("Origin") not in {*allowed, None}]
    return findings + judge_foreign(foreign, expected)


def _judge_denials(measurement: LimiterSeen, expected: Pages) -> list[Finding] | Inconclusive:
    sent = (*measurement.steps, *measurement.forged, *filter(None, (measurement.again,)))
    denied = [each for each in sent if measurement.denies(each)]
    allowed = named_origins(expected.intent)
    for each in denied:
        if (origin := each.sent_header("Origin")) in allowed:
            found = several_origins(each, expected) or judge_readable(each, origin, expected, "its limiter")
            return found or _judge_hidden(each, expected)
    # A new window began before it was the app's turn. What foreign pages are told is the same where the
    # gateway always names its one origin.
    page = Wish(allowed[0], credentials=expected.intent.credentials)
    for each in denied:
        if why_unreadable(page, lines_of(each)) is None:
            return _judge_hidden(each, expected)
    return Inconclusive("the limiter denied no request of an allowed page")


def _judge_hidden(denial: Exchange, expected: Pages) -> list[Finding]:
    """Of the headers that pages are meant to read, those that came: Retry-After, so that the app can wait."""
    came = {name.lower() for name, _ in lines_of(denial)}
    return judge_hidden(
        denial, [name for name in expected.intent.exposed_headers if name.lower() in came], expected
    )


WRONG_AT_LIMIT: Check = Check(
    id="cors.wrong-at-limit",
    severity=Severity.MAJOR,
    catches="A 429 that the browser keeps from the app, or its Retry-After, so that the app cannot tell its "
    "user to wait; or an answer of a route at its limit that a look-alike of the allowed origin may read.",
    remedy="In HAProxy set the Access-Control headers of its own 429 by `http-after-response`; in Kong let "
    "the cors plugin apply wherever the limiter does.",
    source="CO01, CO02, RL12; HAProxy 2.8, http-after-response",
    targets=_targets,
    observes=lambda environment, target: (measured(environment, target),),
    expects=_expected,
    requires=_needs,
    judge=_judge,
    effect=Effect.SPENDS,
)

CHECKS: tuple[Check, ...] = (WRONG_AT_LIMIT,)
