"""Live: what a limiter does that has lost its store (RL10). Nobody stops a store to see it.

Kong tells by itself: with `fault_tolerant` a request passes without any RateLimit header, else it is
answered 500. Where the limiter counts, nothing is lost and nothing to be said.
"""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, not_measured
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Inconclusive, Severity, Verdict
from atalaia.checks.gateway import ready
from atalaia.checks.rate_limits.keys import HEADERS_HIDDEN, with_store_failure
from atalaia.checks.rate_limits.promise import Promise, promise_of
from atalaia.checks.rate_limits.targets import limit_of
from atalaia.checks.routes import first_node, sample
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.kong import errors
from atalaia.systems.limiter.told import told

_UNDECIDED = range(400, 500)
"""Statuses of Kong's own that it gives before it comes to its limiter: no route, no token."""
_DOES = {True: "open: requests pass, without a limit", False: "closed: Kong answers 500"}


@dataclass(frozen=True)
class Storeless:
    """What a limiter is to do without its store."""

    opens: bool
    promise: Promise


def _expected(environment: Environment, target: str) -> Storeless:
    opens = limit_of(environment, target).store_failure == "open"
    return Storeless(opens, promise_of(environment, target))


def _judge(seen: tuple[Exchange], expected: Storeless) -> Verdict:
    (exchange,) = seen
    if reason := not_measured(exchange.failure):
        return reason
    response = exchange.response
    if response is None or exchange.failure:
        return Inconclusive(f"nothing tells of the limiter: {describe(exchange)}")
    if told(response).anything:
        return []  # it counts: its store is there
    by_gateway = exchange.answered_by is Hop.GATEWAY
    if by_gateway and response.status in _UNDECIDED:
        return Inconclusive(f"the gateway refused before its limiter was asked: {describe(exchange)}")
    closed = by_gateway and response.status == 500 and errors.OF_NGINX[500] in response.text()
    if expected.opens is not closed:
        return []
    how = "and nothing tells of a limiter: it has lost its store, or is not there"
    return [
        expected.promise.finding(
            f"{describe(exchange)}, {'as it does without its store' if closed else how}",
            f"{expected.promise.what}: without its store the limiter is {_DOES[expected.opens]}",
        )
    ]


def _needs(environment: Environment, target: str) -> Needs:
    node = first_node(environment).removesuffix("-proxy")
    return all_of(
        ((HEADERS_HIDDEN, target),), reachable(environment, f"{node}-proxy"), ready(environment, node)
    )


FAILS_OTHERWISE = Check(
    id="limiter.fails-otherwise",
    severity=Severity.CRITICAL,
    catches="A limiter that has just lost its store and does otherwise than declared: it silently lets "
    "everything pass, or answers 500 to everybody.",
    remedy="Bring its Redis back, or let the gateway reach it; then set fault_tolerant of the limiter: true "
    "is open, false is closed.",
    source="RL10; Kong 3.4, kong/plugins/rate-limiting/handler.lua, fault_tolerant",
    targets=with_store_failure,
    observes=lambda environment, target: (sample(environment, target),),
    expects=_expected,
    requires=_needs,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (FAILS_OTHERWISE,)
