"""What Kong's own errors on a route will carry, told by its configuration (SH02).

A stopped service would show it; nobody stops one for that. The dead upstream that an environment may declare
shows it for that one route.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from atalaia.checks.check import Check, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.configured import configured, unless_given
from atalaia.checks.headers import judging
from atalaia.checks.headers.normal import Expected, expected, finding, first_of_its_kind
from atalaia.checks.headers.places import everywhere, place
from atalaia.checks.routes import first_node
from atalaia.checks.routing.reached import NOT_IN_FILE
from atalaia.environment import Environment
from atalaia.exchange.response import Response


def _at_gateway(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Each route once: all nodes have the same file."""
    found = everywhere(environment)
    if isinstance(found, NotDeclared):
        return found
    node = first_node(environment)
    inner = tuple(target for target in found if place(environment, target).endpoint == node)
    return inner or NotDeclared("header profile that the gateway is to satisfy")


def _judge(seen: tuple[Any, ...], expected: Expected) -> Verdict:
    given = configured(expected.causes.given, seen)
    if isinstance(given, Inconclusive):
        return given
    causes = replace(expected.causes, given=given)
    if causes.unknown:
        return Inconclusive(f"what {', '.join(causes.unknown)} makes of headers is not known")
    # Status and body are of no account: Kong's 429, 502, 503 and 504 get the same headers.
    bare = Response(status=502, headers=causes.own)
    found = []
    for fault in judging.missing(expected.profile, bare, over_tls=expected.over_tls):
        told = finding(fault, expected.hop, causes.missing(fault.header))
        found.append(told.model_copy(update={"expected": f"{told.expected} (on Kong's own 429, 502 …)"}))
    return found


BARE: Check = Check(
    id="headers.own-errors-bare",
    severity=Severity.MINOR,
    catches="A route on which Kong's own errors (429, 502, 503, 504) will lack headers, because only the "
    "service sends them: when it is down, so are they.",
    remedy="`add` the headers in the response-transformer that is effective on the route, beside `replace`.",
    source="SH02; Kong 3.4, response-transformer and the precedence of plugins",
    targets=_at_gateway,
    observes=lambda environment, target: unless_given(environment),
    expects=expected,
    requires=lambda environment, target: ((NOT_IN_FILE, target),),
    alike=lambda environment, target: first_of_its_kind(lambda: BARE, environment, target),
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (BARE,)
