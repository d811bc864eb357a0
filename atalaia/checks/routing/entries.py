"""Declared routes in the gateway's configuration: there, and leading to their services (RT01)."""

from __future__ import annotations

from typing import Any

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.configured import configured, given_of, unless_given
from atalaia.checks.routes import routes, with_service
from atalaia.checks.routing.declaration import accepted
from atalaia.checks.routing.leading import Declared, addresses, behind, declared, elsewhere, led, told
from atalaia.checks.routing.near import nearest
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop

_GATEWAY = Hop.GATEWAY.value


def _judge_presence(seen: tuple[Any, ...], expected: Declared) -> Verdict:
    given = configured(expected.file, seen)
    if isinstance(given, Inconclusive):
        return given
    if led(given, expected) is not None:
        return []
    others = nearest(given, expected)
    near = f"; near: {', '.join(map(str, others))}"
    return [
        Finding(
            expected=f"a route for {expected.name}, to {expected.route.service}",
            observed=f"no route takes it{near if others else ''}",
            hop=_GATEWAY,
            cause=others[0].place if others else given.origin,
        )
    ]


NOT_IN_FILE = Check(
    id="route.not-in-file",
    severity=Severity.CRITICAL,
    catches="A declared route that the gateway's configuration has no entry for, not for the sample's "
    "method, or only with other hosts or headers.",
    remedy="Add the route, its method or its host to the declarative file, or take it out of the "
    "environment.",
    source="RT01",
    targets=routes,
    observes=lambda environment, target: unless_given(environment),
    expects=declared,
    requires=lambda environment, target: accepted(environment),
    judge=_judge_presence,
)


def _judge_direction(seen: tuple[Any, ...], expected: Declared) -> Verdict:
    given = configured(expected.file, seen)
    if isinstance(given, Inconclusive):
        return given
    match = led(given, expected)
    assert match is not None, "route.not-in-file has found it"
    assert given.configuration is not None, "the file is accepted"
    entity = match.route.name or match.route.id
    if match.service is None:
        return [_leads(expected, f"route {entity} has no service", given.line(match.route))]
    found = told(addresses(given.configuration, match.service))
    service = behind(expected, given.configuration, match.service)
    strays = elsewhere(expected, given.configuration, match.service)
    if service == expected.route.service and not strays:
        return []
    if service is None:
        return Inconclusive(
            f"nothing tells whether {found} ({given.line(match.service, 'host')}) is "
            f"{expected.route.service}: it is no declared service's address, name or port "
            f"(services.{expected.route.service}.url)"
        )
    leads = f"route {entity} leads to {told(strays) if strays else found}, which is {service}"
    if strays and service == expected.route.service:
        leads = f"route {entity} leads to {told(strays)} too, which is another service"
    return [_leads(expected, leads, given.line(match.service, "host"))]


def _leads(expected: Declared, observed: str, cause: str) -> Finding:
    host, port = expected.services[expected.route.service]
    promise = f"{expected.name} leads to {expected.route.service} ({host}:{port})"
    return Finding(expected=promise, observed=observed, hop=_GATEWAY, cause=cause)


LEADS_ELSEWHERE = Check(
    id="route.leads-elsewhere",
    severity=Severity.CRITICAL,
    catches="A route whose entry in the gateway's configuration leads to another service than declared: a "
    "copied port, or another route that wins.",
    remedy="Correct the url or host of the service entity, or the route that takes the request instead.",
    source="RT01; Kong 3.4, kong/router/compat.lua get_priority",
    targets=with_service,
    observes=lambda environment, target: unless_given(environment),
    expects=declared,
    requires=lambda environment, target: ((NOT_IN_FILE, target),),
    judge=_judge_direction,
)


def _tellable(environment: Environment, target: str) -> bool:
    """Whether the file alone tells which service a route leads to; else only the live answer does."""
    of = declared(environment, target)
    if of.file is None or of.file.configuration is None or of.route.service not in of.services:
        return False
    match = led(of.file, of)
    return (
        match is None or match.service is None or behind(of, of.file.configuration, match.service) is not None
    )


def led_right(environment: Environment, target: str) -> Needs:
    """What the configuration must say of a route before anything is expected of it."""
    return ((LEADS_ELSEWHERE if _tellable(environment, target) else NOT_IN_FILE, target),)


def led_live(environment: Environment, target: str) -> Needs:
    """The same before a route's live answers are judged.

    A file that Kong refuses says nothing of them: what was loaded before goes on answering.
    """
    given = given_of(environment)
    return () if given is not None and given.configuration is None else led_right(environment, target)


CHECKS: tuple[Check, ...] = (NOT_IN_FILE, LEADS_ELSEWHERE)
