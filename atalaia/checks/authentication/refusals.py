"""What a refusal says: how to get in, and nothing about what is behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atalaia.checks.addresses import Needs
from atalaia.checks.answers import describe, undecided
from atalaia.checks.authentication.protected import keeps_tenants, protected, scheme
from atalaia.checks.authentication.refused import NOT_REQUIRED, flawed, of_another
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.provoked import without_token
from atalaia.environment import Environment
from atalaia.exchange.bearer import Flaw
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.redaction import MARK
from atalaia.systems.kong.versions import V3_8, version_of

_TOKEN = re.compile(r"\beyJ[\w-]+\.")
_TRACES = re.compile(
    r"Traceback \(most recent call last\)"  # Python
    r"|\bat \S.{0,200}?[(\s](?:/|file:|[A-Z]:\\|node:)\S{0,200}?:\d+:\d+"  # JavaScript
    r"|\bat [\w.$<>]{1,200}\([\w$]+\.java:\d+\)"  # Java
    r"|\bgoroutine \d+ \[|\bstack traceback:|\.lua:\d+: "  # Go, Lua
    r"|\bStack trace:|#0 /|:line \d+\b"  # PHP, .NET
)


def _shown(body: str) -> Iterator[str]:
    """What a body tells that helps nobody but an attacker, without repeating it."""
    if MARK in body:
        yield "a secret of the environment"
    if _TOKEN.search(body):
        yield "a token"
    if _TRACES.search(body):
        yield "a stack trace"


def _refusals(environment: Environment, target: str) -> tuple[HttpRequest, ...]:
    bare = without_token(environment, target)
    assert bare is not None, "the check's targets ask for one"
    if not scheme(environment, target).secret:
        return (bare,)
    found = (bare, *(flawed(environment, target, flaw) for flaw in (Flaw.MALFORMED, Flaw.WRONG_SIGNATURE)))
    if keeps_tenants(scheme(environment, target)):
        found = (*found, *of_another(environment, target))
    return found


def _judge_words(seen: tuple[Exchange, ...], expected: None) -> Verdict:
    if verdict := undecided(*seen):
        return verdict
    findings: dict[str, Finding] = {}
    for exchange in seen:
        if exchange.response is None or exchange.response.status < 400:
            continue
        for what in _shown(exchange.response.text()):
            hop = exchange.answered_by.value
            observed = f"the body of the {exchange.response.status} shows {what}"
            expected_words = "a refusal that tells nothing of what is behind it"
            findings.setdefault(what, Finding(expected=expected_words, observed=observed, hop=hop))
    return list(findings.values())


def _refused(environment: Environment, target: str) -> Needs:
    return ((NOT_REQUIRED, target),)


REFUSAL_LEAKS = Check(
    id="token.refusal-leaks",
    severity=Severity.MAJOR,
    catches="A refusal whose body shows a stack trace, a token or a secret: a framework's error page for "
    "developers, left on.",
    remedy="Answer refusals with a message of your own (NODE_ENV=production, no debug mode); log the rest.",
    source="OWASP REST Security Cheat Sheet, “Error handling”; OWASP API Security Top 10 (2023), API8",
    targets=protected,
    observes=_refusals,
    requires=_refused,
    judge=_judge_words,
)


def _challenging(environment: Environment) -> tuple[str, ...] | NotDeclared:
    found = protected(environment)
    if isinstance(found, NotDeclared):
        return found
    version = environment.gateway.version if environment.gateway else None
    told = version is not None and version_of(version) >= V3_8
    able = tuple(target for target in found if told or scheme(environment, target).hop == "service")
    return able or NotDeclared("gateway.version of 3.8 or later, from which on Kong's jwt sends a challenge")


def _judge_challenge(seen: tuple[Exchange], expected: None) -> Verdict:
    (exchange,) = seen
    if verdict := undecided(exchange):
        return verdict
    response = exchange.response
    if response is None or exchange.failure:
        return Inconclusive(describe(exchange))
    if response.status != 401:
        return []
    challenges = ", ".join(response.all("WWW-Authenticate"))
    if re.search(r"(^|,)\s*bearer\b", challenges, re.IGNORECASE):
        return []
    hop = Hop.GATEWAY if exchange.answered_by is Hop.UNKNOWN else exchange.answered_by
    return [
        Finding(
            expected="WWW-Authenticate: Bearer on the 401",
            observed=f"WWW-Authenticate: {challenges}" if challenges else "no WWW-Authenticate",
            hop=hop.value,
        )
    ]


CHALLENGE_MISSING = Check(
    id="token.challenge-missing",
    severity=Severity.MINOR,
    catches="A 401 that does not say by which scheme to get in; clients that ask for a new token only when "
    "they are told to do not.",
    remedy="Send `WWW-Authenticate: Bearer` with every 401; Kong's jwt does so from 3.8 on.",
    source="RFC 9110, 11.6.1; RFC 6750, 3; Kong 3.8, jwt (#11792)",
    targets=_challenging,
    observes=lambda environment, target: _refusals(environment, target)[:1],
    requires=_refused,
    judge=_judge_challenge,
)

CHECKS: tuple[Check, ...] = (REFUSAL_LEAKS, CHALLENGE_MISSING)
