"""How long tokens are good for, by what a login really yields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from atalaia.checks.answers import not_ok, undecided
from atalaia.checks.authentication.login import let_in, login, schemes_with_login, tokens
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.environment import Environment
from atalaia.environment.units import format_duration
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop

_TOLERANCE = 1
"""Seconds: `iat` and `exp` may be taken from two looks at the clock."""


@dataclass(frozen=True)
class Lifetimes:
    """The declared lifetimes in seconds."""

    access: float | None
    refresh: float | None


def _declared(environment: Environment) -> tuple[str, ...] | NotDeclared:
    found = schemes_with_login(environment)
    if isinstance(found, NotDeclared):
        return found
    schemes = environment.authentication
    able = tuple(name for name in found if schemes[name].access_token or schemes[name].refresh_token)
    return able or NotDeclared("authentication with login, and access_token or refresh_token")


def _expected(environment: Environment, target: str) -> Lifetimes:
    scheme = environment.authentication[target]
    access, refresh = scheme.access_token, scheme.refresh_token
    return Lifetimes(access.total_seconds() if access else None, refresh.total_seconds() if refresh else None)


def _judge(seen: tuple[Exchange], expected: Lifetimes) -> Verdict:
    (exchange,) = seen
    if verdict := undecided(exchange) or not_ok(exchange, "a login that succeeds", Hop.GATEWAY):
        return verdict
    assert exchange.response is not None, "it succeeded"
    issued = tokens(exchange.response)
    findings: list[Finding] = []
    for what, seconds in (("access", expected.access), ("refresh", expected.refresh)):
        if seconds is None:
            continue
        of_kind = [token for token in issued if token.refreshes is (what == "refresh")]
        if not of_kind:
            return Inconclusive(f"the login's answer holds no {what} token that is a JSON Web Token")
        for token in of_kind:
            wanted = f"{what} token good for {_told(seconds)}"
            if token.ends is None:
                findings.append(_finding(wanted, f"{token.name} has no exp: it never ends"))
            elif token.issued is None:
                return Inconclusive(f"{token.name} has no iat: nothing tells how long it is good for")
            elif abs(token.ends - token.issued - seconds) > _TOLERANCE:
                findings.append(_finding(wanted, f"{token.name}: {_told(token.ends - token.issued)}"))
    return findings


def _told(seconds: float) -> str:
    return format_duration(timedelta(seconds=seconds))


def _finding(expected: str, observed: str) -> Finding:
    return Finding(expected=expected, observed=observed, hop=Hop.SERVICE.value)


OTHER_LIFETIME = Check(
    id="token.other-lifetime",
    severity=Severity.MAJOR,
    catches="Tokens that are good for longer than declared (who stole one comes in for longer), or for less "
    "(users are thrown out), or that never end.",
    remedy="Correct the lifetime where tokens are issued, or `access_token` and `refresh_token` in the "
    "environment.",
    source="AtendeAI 2.0 architecture, “JWT Tokens”; RFC 7519, 4.1.4",
    targets=_declared,
    observes=lambda environment, target: (login(environment, target),),
    expects=_expected,
    requires=let_in,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (OTHER_LIFETIME,)
