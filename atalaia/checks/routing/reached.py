"""Declared routes: in the file, to the right service, answered, and by that service (RT01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, not_ok, undecided, where
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.configured import configured, unless_given
from atalaia.checks.gateway import ready
from atalaia.checks.routes import first_node, route, routes, sample
from atalaia.checks.routing.declaration import accepted
from atalaia.checks.routing.leading import Declared, addresses, behind, declared, elsewhere, led, told
from atalaia.checks.services import healthy
from atalaia.environment import Environment, Safety
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.health import read_health

_GATEWAY = Hop.GATEWAY.value


def _judge_presence(seen: tuple[Any, ...], expected: Declared) -> Verdict:
    given = configured(expected.file, seen)
    if isinstance(given, Inconclusive):
        return given
    if led(given, expected) is not None:
        return []
    assert given.configuration is not None, "the file is accepted"
    others = [
        one for one in given.configuration.routes
        if any(path.lstrip("~^").startswith(expected.route.path) for path in one.paths)
    ]  # fmt: skip
    near = f"; near: {', '.join(f'{one.name or one.id} ({given.line(one)})' for one in others[:3])}"
    return [
        Finding(
            expected=f"a route for {expected.name}, to {expected.route.service}",
            observed=f"no route takes it{near if others else ''}",
            hop=_GATEWAY,
            cause=given.line(others[0]) if others else given.origin,
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
    targets=routes,
    observes=lambda environment, target: unless_given(environment),
    expects=declared,
    requires=lambda environment, target: ((NOT_IN_FILE, target),),
    judge=_judge_direction,
)


def _tellable(environment: Environment, target: str) -> bool:
    """Whether the file alone tells which service a route leads to; else only the live answer does."""
    of = declared(environment, target)
    if of.file is None or of.file.configuration is None:
        return False
    match = led(of.file, of)
    return (
        match is None or match.service is None or behind(of, of.file.configuration, match.service) is not None
    )


def led_right(environment: Environment, target: str) -> Needs:
    """What the configuration must say of a route before anything is expected of it."""
    return ((LEADS_ELSEWHERE if _tellable(environment, target) else NOT_IN_FILE, target),)


def _live_needs(environment: Environment, target: str) -> Needs:
    node = first_node(environment).removesuffix("-proxy")
    return all_of(
        led_right(environment, target),
        healthy(environment, route(environment, target).service),
        reachable(environment, f"{node}-proxy"),
        ready(environment, node),
    )


def _judge_answer(seen: tuple[Exchange], expected: str) -> Verdict:
    (exchange,) = seen
    if verdict := undecided(exchange):
        return verdict
    found = not_ok(exchange, f"a status of 2xx from {expected}", Hop.GATEWAY)
    mark = exchange.response.header("X-Service") if exchange.response else None
    if found and mark:
        found = [found[0].model_copy(update={"observed": f"{describe(exchange)} (X-Service: {mark})"})]
    return found


def _mark(environment: Environment, target: str) -> str:
    name = route(environment, target).service
    return environment.services[name].mark or name


UNANSWERED = Check(
    id="route.unanswered",
    severity=Severity.CRITICAL,
    catches="A route that the configuration has and whose sample request does not succeed: a plugin in "
    "the way, a path that the service does not know, a token that is refused.",
    remedy="The finding says who answered. The gateway: look at the route's plugins; the service: at the "
    "path that it sees; and at the sample request in the environment.",
    source="RT01",
    targets=routes,
    observes=lambda environment, target: (sample(environment, target),),
    expects=lambda environment, target: route(environment, target).service,
    requires=_live_needs,
    judge=_judge_answer,
)


@dataclass(frozen=True)
class Sign:
    """What tells that the declared service answered."""

    service: str
    mark: str


def _judge_author(seen: tuple[Exchange], expected: Sign) -> Verdict:
    (exchange,) = seen
    assert exchange.response is not None, "route.unanswered has seen it succeed"
    mark = exchange.response.header("X-Service")
    # A service that names itself in a document of its own does so with the name that it is known by.
    said = mark or read_health(exchange.response.body).service
    if said is None:
        return Inconclusive(
            f"nothing tells that {expected.service} answered: no header X-Service. Let the service send "
            f"it (its value is services.{expected.service}.mark, else the service's name)"
        )
    if said in {expected.mark, expected.service}:
        return []
    return [
        Finding(
            expected=f"{expected.service} answers",
            observed=f"{said} answers ({'X-Service' if mark else 'by its own document'})",
            hop=where(exchange, Hop.GATEWAY),
        )
    ]


ANSWERED_BY_ANOTHER = Check(
    id="route.answered-by-another",
    severity=Severity.CRITICAL,
    catches="A route that is answered, with success, by another service than the one declared for it.",
    remedy="Look at what else the gateway serves: a route that was added by hand and wins, or a service that "
    "runs on another's port. Declare `mark` where a service's X-Service is not its name.",
    source="RT01",
    targets=routes,
    observes=lambda environment, target: (sample(environment, target),),
    expects=lambda environment, target: Sign(route(environment, target).service, _mark(environment, target)),
    requires=lambda environment, target: ((UNANSWERED, target),),
    judge=_judge_author,
)


def answered(environment: Environment, target: str) -> Needs:
    """What must hold of a route before its sample's answer means anything to whoever judges it.

    Where the sample may not be sent here (a POST outside the sandbox that nobody declared harmless), what the
    configuration says, and that the route can be reached, has to do.
    """
    if sample(environment, target).safe or environment.safety is Safety.SANDBOX:
        return ((UNANSWERED, target),)
    return _live_needs(environment, target)


CHECKS: tuple[Check, ...] = (NOT_IN_FILE, LEADS_ELSEWHERE, UNANSWERED, ANSWERED_BY_ANOTHER)
