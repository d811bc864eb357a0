"""Through the front: what the load balancer adds to CORS, or takes away."""

from __future__ import annotations

from collections.abc import Mapping

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import undecided
from atalaia.checks.check import Check, NotDeclared, Severity, Verdict
from atalaia.checks.cors.answers import FOREIGN_READS, UNREADABLE
from atalaia.checks.cors.judging import Pages, judge_foreign, judge_readable, pages
from atalaia.checks.cors.policies import by_policy, dear, policies
from atalaia.checks.cors.preflights import judge_preflight, several_origins
from atalaia.checks.cors.requests import CLIENT, actual_of, asked, intent_of, origin_of
from atalaia.checks.fronts import front_needs, front_of
from atalaia.checks.origins import FOREIGN
from atalaia.checks.routes import path_of
from atalaia.environment import Environment
from atalaia.environment.remembered import per_environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.limits import backend_of, is_gateway

_VIA = " via "


@per_environment
def at_front(environment: Environment) -> Mapping[str, str]:
    """Target → route: of each policy the route that costs least, of those that the front leads to."""
    front = front_of(environment)
    if front is None:
        return {}
    found = {}
    for policy in policies(environment).values():
        leading = [target for target in policy.routes if _leads(environment, target)]
        if leading:
            target = min(leading, key=lambda target: dear(environment, target))
            found[f"{target}{_VIA}{front}"] = target
    return found


def _leads(environment: Environment, target: str) -> bool:
    backend = backend_of(environment, path_of(environment, target))
    return backend is None or is_gateway(environment, backend[1])


def _targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named = by_policy(environment)
    if isinstance(named, NotDeclared):
        return named
    return tuple(at_front(environment)) or NotDeclared("load_balancer")


def _closed(environment: Environment) -> tuple[str, ...] | NotDeclared:
    named = _targets(environment)
    if isinstance(named, NotDeclared):
        return named
    found = tuple(
        name for name in named
        if "*" not in intent_of(environment, at_front(environment)[name]).origins
    )  # fmt: skip
    return found or NotDeclared("cors policy whose origins are named")


def _both(environment: Environment, target: str, origin: str) -> tuple[HttpRequest, HttpRequest]:
    """Preflight and request of a page of this origin, through the front."""
    route, front = at_front(environment)[target], front_of(environment)
    return (
        asked(environment, route, origin, endpoint=front, client=CLIENT),
        actual_of(environment, route, origin, endpoint=front),
    )


def _allowed(environment: Environment, target: str) -> tuple[HttpRequest, HttpRequest]:
    return _both(environment, target, origin_of(intent_of(environment, at_front(environment)[target])))


def _expected(environment: Environment, target: str) -> Pages:
    route = at_front(environment)[target]
    return pages(environment, intent_of(environment, route), _allowed(environment, target)[0])


def _needs(check: Check, environment: Environment, target: str) -> Needs:
    route = at_front(environment)[target]
    front = front_of(environment)
    assert front is not None, "the target is at it"
    return all_of(((check, route),), front_needs(environment, path_of(environment, route), front))


def _judge_allowed(seen: tuple[Exchange, Exchange], expected: Pages) -> Verdict:
    if reason := undecided(*seen):
        return reason
    preflight, answer = seen
    origin = answer.sent_header("Origin") or origin_of(expected.intent)
    findings = several_origins(preflight, expected) or list(judge_preflight(preflight, expected))
    return findings + (several_origins(answer, expected) or judge_readable(answer, origin, expected))


FRONT_REFUSES = Check(
    id="cors.refused-through-load-balancer",
    severity=Severity.CRITICAL,
    catches="A load balancer that takes CORS headers away, adds a second Access-Control-Allow-Origin, or "
    "answers preflights itself: what the gateway allows, clients do not get.",
    remedy="Leave CORS to the gateway, except on HAProxy's own answers: `http-after-response … if` not from "
    "a server.",
    source="CO01, CO09; HAProxy 2.8, http-response",
    targets=_targets,
    observes=_allowed,
    expects=_expected,
    requires=lambda environment, target: _needs(UNREADABLE, environment, target),
    judge=_judge_allowed,
)


def _judge_foreign(seen: tuple[Exchange, Exchange], expected: Pages) -> Verdict:
    return undecided(*seen) or judge_foreign(seen, expected)


FRONT_ALLOWS = Check(
    id="cors.foreign-through-load-balancer",
    severity=Severity.CRITICAL,
    catches="A load balancer that allows any origin by itself, whatever the gateway says.",
    remedy="Take the Access-Control headers out of the load balancer's rules for answers of its servers.",
    source="CO02, CO05; HAProxy 2.8, http-response",
    targets=_closed,
    observes=lambda environment, target: _both(environment, target, FOREIGN),
    expects=_expected,
    requires=lambda environment, target: _needs(FOREIGN_READS, environment, target),
    judge=_judge_foreign,
)

CHECKS: tuple[Check, ...] = (FRONT_REFUSES, FRONT_ALLOWS)
