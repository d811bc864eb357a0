"""Live: what a limiter says where it denies (RL04), the gateway's and the front's own."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.rate_limits.enforced import enforced
from atalaia.checks.rate_limits.keys import HEADERS_HIDDEN
from atalaia.checks.rate_limits.observables import measured
from atalaia.checks.rate_limits.promise import Promise, promise_of
from atalaia.checks.rate_limits.targets import exhaustible
from atalaia.checks.routes import FRONT
from atalaia.environment import Effect, Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.systems.limiter.model import LimiterSeen
from atalaia.systems.limiter.told import told


def _judge(seen: tuple[LimiterSeen], expected: Promise) -> Verdict:
    (measured_,) = seen
    if not measured_.denied:
        return Inconclusive("the limiter denied nobody")
    at_front = expected.hop is Hop.LOAD_BALANCER
    findings: dict[str, Finding] = {}
    for denial in measured_.denied:
        for promise, observed in _of_front(denial, expected) if at_front else _of_gateway(denial):
            findings.setdefault(promise, expected.finding(observed, promise))
    return list(findings.values())


def _of_front(denial: Exchange, expected: Promise) -> Iterator[tuple[str, str]]:
    """HAProxy sends what it is told to send; its own page is HTML, and it counts over one period."""
    response, after = _answer(denial), told(denial).retry_after
    # A client's rate has fallen below the limit when two periods are over, at the latest (freq_ctr.c).
    longest = max(1, ceil(2 * expected.window))
    if after is None:
        yield _without_retry_after(response)
    elif not 1 <= after <= longest:
        promise = f"Retry-After between 1 s and two periods of the stick table, {longest} s"
        yield promise, f"Retry-After: {after}"
    if not response.body.strip():
        yield "a 429 whose body says what it is about (RFC 6585, 4)", "an empty body"


def _of_gateway(denial: Exchange) -> Iterator[tuple[str, str]]:
    response, said = _answer(denial), told(denial)
    if said.retry_after is None:
        yield _without_retry_after(response)
    elif said.reset is not None and said.retry_after != said.reset:
        promise = "Retry-After that says the same as RateLimit-Reset"
        yield promise, f"Retry-After {said.retry_after}, RateLimit-Reset {said.reset}"
    kind = response.header("Content-Type") or "none"
    if not kind.lower().startswith("application/json"):
        yield "a 429 whose Content-Type is application/json, for a client that accepts anything", kind
        return
    try:
        document = response.json()
    except ValueError:
        document = None
    if not (isinstance(document, dict) and isinstance(document.get("message"), str) and document["message"]):
        yield "a 429 with a JSON document that has a message", describe(denial)


def _without_retry_after(response: Response) -> tuple[str, str]:
    value = response.header("Retry-After")
    return "a 429 with Retry-After in seconds", f"Retry-After: {value}" if value else "a 429 without it"


def _answer(denial: Exchange) -> Response:
    assert denial.response is not None, "it was answered"
    return denial.response


def _needs(environment: Environment, target: str) -> Needs:
    hidden = () if target == FRONT else ((HEADERS_HIDDEN, target),)
    return all_of(hidden, enforced(environment, target))


UNHELPFUL_DENIAL = Check(
    id="limiter.unhelpful-denial",
    severity=Severity.MINOR,
    catches="A 429 that does not say when to come back, contradicts itself, or is no document that a program "
    "can read; HAProxy's own says nothing of that unless it is told to.",
    remedy="In Kong, look at what removes Retry-After or replaces the body: a response-transformer, the "
    "front. In HAProxy: `http-request deny deny_status 429 hdr Retry-After <seconds>`, or "
    "`http-after-response set-header Retry-After <seconds> if { status 429 }`.",
    source="RL04; RFC 6585, section 4; draft-ietf-httpapi-ratelimit-headers-06; HAProxy 2.8, "
    "http-request deny",
    targets=exhaustible,
    observes=lambda environment, target: (measured(environment, target),),
    expects=promise_of,
    requires=_needs,
    judge=_judge,
    effect=Effect.SPENDS,
)

CHECKS: tuple[Check, ...] = (UNHELPFUL_DENIAL,)
