"""What answers tell about the software behind them (SH06)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atalaia.checks.check import Check, Finding, Severity
from atalaia.checks.headers.judging import Fault
from atalaia.checks.headers.normal import Expected, expected, finding, first_of_its_kind, judging_answers
from atalaia.checks.headers.places import reached, request, seen_by_clients
from atalaia.checks.headers.profiles import Profile
from atalaia.exchange.response import Response

PRODUCTS = (
    "X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version", "X-Generator", "X-Runtime", "X-Powered-CMS",
    "X-SourceFiles", "X-Backend-Server", "X-Server-Powered-By", "X-Php-Version", "Liferay-Portal",
)  # fmt: skip
"""Headers that do nothing but name software (OWASP, headers_remove.json)."""
_VERSION = re.compile(r"/\s*v?\d")
_KONG = re.compile(r"\bkong(/|$)", re.IGNORECASE)


def tells(profile: Profile, response: Response) -> Iterator[Fault]:
    """Headers that name products or versions, and those that the profile forbids.

    Kong's own marks are forbidden only by a profile that says so: reports tell hops by them.
    """
    for name, value in dict.fromkeys(response.headers):
        lower = name.lower()
        if profile.forbids(name):
            yield Fault(name, f"no {name}, which header_profiles forbids", f"{name}: {value}", value)
        elif lower in {product.lower() for product in PRODUCTS}:
            yield Fault(name, f"no {name}", f"{name}: {value}", value)
        elif lower == "server" and _VERSION.search(value) and not _KONG.search(value):
            yield Fault(name, "no version in Server", f"{name}: {value}", value)


def _judge(response: Response, expected: Expected) -> list[Finding]:
    return [
        finding(fault, expected.hop, expected.causes.weak(fault.header, fault.value))
        for fault in tells(expected.profile, response)
    ]


TELLING: Check = Check(
    id="headers.telling",
    severity=Severity.MINOR,
    catches="Answers that name the software behind them: X-Powered-By, a version in Server, whatever a "
    "profile forbids.",
    remedy="Remove it where it is made (Helmet, `app.disable('x-powered-by')`), in Kong's "
    "response-transformer (`remove`), or at the front (`http-after-response del-header`); Kong's own by its "
    "`headers` setting.",
    source="SH06; OWASP Secure Headers Project, headers_remove.json; Helmet 8",
    targets=seen_by_clients,
    observes=lambda environment, target: (request(environment, target),),
    expects=expected,
    requires=reached,
    alike=lambda environment, target: first_of_its_kind(
        lambda: TELLING, environment, target, clients_only=True
    ),
    judge=judging_answers(_judge),
)

CHECKS: tuple[Check, ...] = (TELLING,)
