"""The headers of the answers that routes give: there, strong, and a policy that holds (SH01, SH05)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, undecided
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.headers import judging
from atalaia.checks.headers.causes import Cause, Causes
from atalaia.checks.headers.judging import Fault
from atalaia.checks.headers.places import everywhere, hop, over_tls, place, reached, request
from atalaia.checks.headers.profiles import Profile
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.systems.kong.given import given_of


@dataclass(frozen=True)
class Expected:
    """What the answer of a place is held against."""

    profile: Profile
    over_tls: bool
    hop: Hop
    causes: Causes


def expected(environment: Environment, target: str) -> Expected:
    """The expectation of a place."""
    one = place(environment, target)
    causes = Causes(given_of(environment), request(environment, target), one.at_front)
    return Expected(one.profile, over_tls(environment, one.endpoint), hop(environment, target), causes)


def answer_of(exchange: Exchange) -> Response | Inconclusive:
    """The answer, or why there is none to judge."""
    if verdict := undecided(exchange):
        return verdict
    if exchange.response is None or exchange.failure:
        return Inconclusive(describe(exchange))
    return exchange.response


def first_of_its_kind(
    check: Callable[[], Check], environment: Environment, target: str, *, clients_only: bool = False
) -> Needs:
    """Where what is wrong at every place alike is told: at the first, and at the gateway before the front.

    `clients_only` is for checks that look at what clients see, and at nothing before it.
    """
    one = place(environment, target)
    names = (one.like,) if clients_only else (*one.behind, one.like)
    return tuple((check(), name) for name in names if name is not None)


def judging_answers(
    judge: Callable[[Response, Expected], list[Finding]],
) -> Callable[[tuple[Exchange], Expected], Verdict]:
    """A check's judge of whole answers; the plain front's
    redirect to TLS holds nothing that headers could protect."""

    def of(seen: tuple[Exchange], expected: Expected) -> Verdict:
        response = answer_of(seen[0])
        if isinstance(response, Inconclusive):
            return response
        plain = expected.hop is Hop.LOAD_BALANCER and not expected.over_tls
        return [] if plain and _leads_to_tls(response) else judge(response, expected)

    return of


def _leads_to_tls(response: Response) -> bool:
    to = (response.header("Location") or "").lower()
    return 300 <= response.status < 400 and to.startswith("https://")


def _judge(
    look: Callable[[Expected, Response], tuple[Fault, ...]], why: Callable[[Causes, Fault], Cause]
) -> Callable[[tuple[Exchange], Expected], Verdict]:
    def judge(response: Response, expected: Expected) -> list[Finding]:
        return [
            finding(fault, expected.hop, why(expected.causes, fault)) for fault in look(expected, response)
        ]

    return judging_answers(judge)


def finding(fault: Fault, hop: Hop, cause: Cause) -> Finding:
    """The finding of a fault."""
    return Finding(
        expected=fault.wanted, observed=cause.explains(fault.observed), hop=hop.value, cause=cause.place
    )


def _not_there(causes: Causes, fault: Fault) -> Cause:
    return causes.missing(fault.header)


def _as_it_is(causes: Causes, fault: Fault) -> Cause:
    return causes.weak(fault.header, fault.value)


MISSING: Check = Check(
    id="headers.missing",
    severity=Severity.MAJOR,
    catches="A route whose answers lack a security header of their class's profile: one service without "
    "Helmet, a plugin on another route.",
    remedy="Let the gateway send it on every answer (a global response-transformer with `replace` and "
    "`add`), or the front (`http-after-response set-header`); where only the front is to add headers, say so "
    "by `header_profiles.NAME.hop: load-balancer`; `ignore` takes one out of a profile.",
    source="SH01; OWASP Secure Headers Project; OWASP REST Security Cheat Sheet; Helmet 8; MDN Observatory",
    targets=everywhere,
    observes=lambda environment, target: (request(environment, target),),
    expects=expected,
    requires=reached,
    alike=lambda environment, target: first_of_its_kind(lambda: MISSING, environment, target),
    judge=_judge(lambda to, got: judging.missing(to.profile, got, over_tls=to.over_tls), _not_there),
)

WEAK: Check = Check(
    id="headers.weak",
    severity=Severity.MAJOR,
    catches="A security header whose value protects from nothing: an HSTS of five minutes, ALLOW-FROM, "
    "unsafe-url, a frame-ancestors for everybody.",
    remedy="Set the value that is expected. Where the gateway adds it and the service sends its own, "
    "`replace` it too: `add` never overrides.",
    source="SH01, SH04; RFC 6797; Fetch, nosniff; HTML, X-Frame-Options; Referrer Policy; MDN Observatory",
    targets=everywhere,
    observes=lambda environment, target: (request(environment, target),),
    expects=expected,
    requires=reached,
    alike=lambda environment, target: first_of_its_kind(lambda: WEAK, environment, target),
    judge=_judge(lambda to, got: judging.weak(to.profile, got, over_tls=to.over_tls), _as_it_is),
)

POLICY_MISTAKEN: Check = Check(
    id="headers.policy-mistaken",
    severity=Severity.MAJOR,
    catches="A Content-Security-Policy that means something else than it says: a directive twice, a keyword "
    "without quotes, a misspelt name, 'strict-dynamic' without a nonce.",
    remedy="Correct the directive that is named; browsers say the same in their console.",
    source="SH05; W3C CSP Level 3, 2.2 and 6.7; MDN HTTP Observatory, csp.js",
    targets=everywhere,
    observes=lambda environment, target: (request(environment, target),),
    expects=expected,
    requires=reached,
    alike=lambda environment, target: first_of_its_kind(lambda: POLICY_MISTAKEN, environment, target),
    judge=_judge(lambda to, got: judging.mistaken_policy(to.profile, got), _as_it_is),
)

POLICY_PERMISSIVE: Check = Check(
    id="headers.policy-permissive",
    severity=Severity.MAJOR,
    catches="A Content-Security-Policy for show: inline scripts, eval, or scripts from `*`, `https:` or "
    "`data:` are allowed, or nothing is said of scripts.",
    remedy="Name the hosts, or single scripts by nonce or hash; for data `default-src 'none'; "
    "frame-ancestors 'none'` is enough. Of several policies the strictest counts.",
    source="SH05; W3C CSP Level 3; MDN Observatory; mozilla/http-observatory#376",
    targets=everywhere,
    observes=lambda environment, target: (request(environment, target),),
    expects=expected,
    requires=lambda environment, target: all_of(reached(environment, target), ((POLICY_MISTAKEN, target),)),
    alike=lambda environment, target: first_of_its_kind(lambda: POLICY_PERMISSIVE, environment, target),
    judge=_judge(lambda to, got: judging.permissive_policy(to.profile, got), _as_it_is),
)

CHECKS: tuple[Check, ...] = (MISSING, WEAK, POLICY_MISTAKEN, POLICY_PERMISSIVE)


def sound(environment: Environment, target: str) -> Needs:
    """The checks of a place's own answers: what they find is told there, not of errors of the same hop."""
    return tuple((check, target) for check in CHECKS)
