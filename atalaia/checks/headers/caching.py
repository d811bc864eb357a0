"""Answers that hold tokens are kept by no cache (SH07)."""

from __future__ import annotations

from atalaia.checks.answers import not_ok, undecided
from atalaia.checks.authentication.login import let_in, login, schemes_with_login
from atalaia.checks.check import Check, Finding, Severity, Verdict
from atalaia.checks.headers.causes import Causes
from atalaia.checks.headers.values import no_store
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.given import given_of


def _causes(environment: Environment, target: str) -> Causes:
    return Causes(given_of(environment), login(environment, target))


def _judge(seen: tuple[Exchange], expected: Causes) -> Verdict:
    (exchange,) = seen
    if verdict := undecided(exchange) or not_ok(exchange, "a login that succeeds", Hop.GATEWAY):
        return verdict
    assert exchange.response is not None, "it succeeded"
    value = ", ".join(exchange.response.all("Cache-Control"))
    problem = no_store(value)
    if not problem:
        return []
    cause = expected.weak("Cache-Control", value)
    observed = f"Cache-Control: {value}" if value else "no Cache-Control"
    return [
        Finding(
            expected="Cache-Control: no-store on the answer that holds tokens",
            observed=cause.explains(observed),
            hop=exchange.answered_by.value,
            cause=cause.place,
        )
    ]


TOKENS_CACHEABLE = Check(
    id="headers.tokens-cacheable",
    severity=Severity.MAJOR,
    catches="A login whose answer, tokens and all, a cache may keep: the browser's, or one on the way.",
    remedy="Send `Cache-Control: no-store` with everything about tokens.",
    source="SH07; RFC 6749, 5.1; RFC 9111, 5.2.2.5",
    targets=schemes_with_login,
    observes=lambda environment, target: (login(environment, target),),
    expects=_causes,
    requires=let_in,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (TOKENS_CACHEABLE,)
