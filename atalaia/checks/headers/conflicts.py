"""Headers that come twice, or contradict one another: two layers that both mean well (SH03)."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.checks.check import Check, Finding, Severity
from atalaia.checks.headers import csp
from atalaia.checks.headers.causes import Cause
from atalaia.checks.headers.judging import Fault, policies
from atalaia.checks.headers.normal import Expected, expected, finding, first_of_its_kind, judging_answers
from atalaia.checks.headers.places import everywhere, reached, request
from atalaia.checks.headers.values import CSP, FRAME, HSTS
from atalaia.exchange.response import Response

ONCE = (
    "X-Content-Type-Options", FRAME, HSTS, "Referrer-Policy", "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy", "Cross-Origin-Embedder-Policy", "X-Permitted-Cross-Domain-Policies",
    "X-XSS-Protection", "X-DNS-Prefetch-Control", "Permissions-Policy", "Cache-Control",
)  # fmt: skip
"""Headers that one layer sends; sent twice, it depends on the browser which one counts."""


def conflicts(response: Response) -> Iterator[Fault]:
    """What is there twice, and what contradicts something else."""
    for header in ONCE:
        values = response.all(header)
        if len(values) < 2:
            continue
        if len(set(values)) == 1:
            said = f"{header} {len(values)} times, each {values[0]}"
        else:
            said = f"{header} {len(values)} times, differently: {' / '.join(values)}"
        yield Fault(header, f"{header} once", said)
    # Two different policies are one that is stricter; the same one again is a second layer's.
    same = [value for value in dict.fromkeys(response.all(CSP)) if response.all(CSP).count(value) > 1]
    for value in same:
        yield Fault(CSP, f"{CSP} once", f"the same {CSP} more than once", value)
    if said := _frames(response):
        yield Fault(FRAME, f"{FRAME} and frame-ancestors that say the same", said)


def _frames(response: Response) -> str:
    """X-Frame-Options beside a frame-ancestors that allows more, which is what browsers follow."""
    told = {value.strip().upper() for value in response.all(FRAME)}
    sources = csp.framing(policies(response))
    if sources is None or len(told) != 1:
        return ""
    allowed = {source.lower() for source in sources} - {"'none'"}
    (option,) = told
    wider = allowed if option == "DENY" else allowed - {"'self'"} if option == "SAMEORIGIN" else set()
    if not wider:
        return ""
    return f"{FRAME}: {option} beside frame-ancestors {' '.join(sources)}, which is what counts"


def _judge(response: Response, expected: Expected) -> list[Finding]:
    found = []
    for fault in conflicts(response):
        cause: Cause = expected.causes.twice(fault.header)
        found.append(finding(fault, expected.hop, cause))
    return found


CONFLICTING: Check = Check(
    id="headers.conflicting",
    severity=Severity.MINOR,
    catches="A security header that comes twice, from the service and the gateway, or from the gateway and "
    "the front; or X-Frame-Options beside a CSP that allows more.",
    remedy="Let one layer set it: `replace` and `add` in Kong (`append` puts it beside what came), "
    "`set-header` instead of `add-header` in HAProxy.",
    source="SH03; RFC 9110, 5.3; Kong 3.4, response-transformer",
    targets=everywhere,
    observes=lambda environment, target: (request(environment, target),),
    expects=expected,
    requires=reached,
    alike=lambda environment, target: first_of_its_kind(lambda: CONFLICTING, environment, target),
    judge=judging_answers(_judge),
)

CHECKS: tuple[Check, ...] = (CONFLICTING,)
