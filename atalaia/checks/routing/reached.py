"""Declared routes as they answer: with success, and by their own services (RT01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, not_ok, undecided, where
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.configured import given_of
from atalaia.checks.gateway import ready
from atalaia.checks.routes import first_node, route, routes, sample, sendable, service_of, with_service
from atalaia.checks.routing.counting import Count, count_of, counting, grown
from atalaia.checks.routing.entries import NOT_IN_FILE, led_live
from atalaia.checks.routing.leading import Declared, addresses, blamed, declared, led
from atalaia.checks.routing.rewriting import WRONG_HOST, WRONG_PATH
from atalaia.checks.routing.targets import UNHEALTHY
from atalaia.checks.routing.tokens_wanted import token_wanted
from atalaia.checks.services import healthy
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.health import read_health
from atalaia.systems.kong.request_counter import METRIC


def _live_needs(environment: Environment, target: str) -> Needs:
    node = first_node(environment).removesuffix("-proxy")
    return all_of(
        led_live(environment, target),
        _sees(environment, target),
        _has_targets(environment, target, node),
        healthy(environment, route(environment, target).service) if service_of(environment, target) else (),
        reachable(environment, f"{node}-proxy"),
        ready(environment, node),
    )


def _sees(environment: Environment, target: str) -> Needs:
    """That the service sees path and Host as it should, as far as the configuration can be read."""
    given = given_of(environment)
    if given is not None and given.configuration is None:
        return ()
    return ((WRONG_PATH, target), (WRONG_HOST, target))


def _has_targets(environment: Environment, target: str, node: str) -> Needs:
    """Where the file leaves the route's upstream without a target that gets requests, that is told first."""
    of = declared(environment, target)
    if of.file is None or of.file.configuration is None:
        return ()
    match = led(of.file, of)
    if match is None or match.service is None or addresses(of.file.configuration, match.service):
        return ()
    return ((UNHEALTHY, node),)


def _judge_answer(seen: tuple[Exchange], expected: Declared) -> Verdict:
    (exchange,) = seen
    if verdict := undecided(exchange):
        return verdict
    if expected.unknown_token and _refused_by_service(exchange):
        return []  # it was led to a service, which wants a token of its own
    found = not_ok(exchange, f"a status of 2xx from {expected.route.service}", Hop.GATEWAY)
    mark = exchange.response.header("X-Service") if exchange.response else None
    if found and mark:
        found = [found[0].model_copy(update={"observed": f"{describe(exchange)} (X-Service: {mark})"})]
    if found:
        by_gateway = exchange.answered_by is Hop.GATEWAY and exchange.response is not None
        status = exchange.response.status if exchange.response and by_gateway else 0
        found = [found[0].model_copy(update={"cause": blamed(expected).refusal(status)})]
    return found


def _refused_by_service(exchange: Exchange) -> bool:
    by_service = exchange.failure is None and exchange.answered_by is Hop.SERVICE
    return by_service and exchange.response is not None and exchange.response.status == 401


def mark_of(environment: Environment, target: str) -> str:
    """What the route's service writes into X-Service: its declared mark, else its name."""
    name = route(environment, target).service
    service = service_of(environment, target)
    return (service.mark if service else None) or name


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
    expects=declared,
    requires=_live_needs,
    lacks=token_wanted,
    judge=_judge_answer,
)


@dataclass(frozen=True)
class Sign:
    """What tells that the declared service answered: its mark, else a counter."""

    service: str
    mark: str
    count: Count | None


def _judge_author(seen: tuple[Any, ...], expected: Sign) -> Verdict:
    exchange: Exchange = seen[0]
    assert exchange.response is not None, "route.unanswered has seen it succeed"
    mark = exchange.response.header("X-Service")
    # A service that names itself in a document of its own does so with the name that it is known by.
    said = mark or read_health(exchange.response.body).service
    if said is None:
        return _judge_count(seen[1:], expected)
    if said in {expected.mark, expected.service}:
        return []
    return [
        Finding(
            expected=f"{expected.service} answers",
            observed=f"{said} answers ({'X-Service' if mark else 'by its own document'})",
            hop=where(exchange, Hop.GATEWAY),
        )
    ]


def _judge_count(seen: tuple[Any, ...], expected: Sign) -> Verdict:
    if expected.count is None:
        name = f"services.{expected.service}"
        return Inconclusive(
            f"nothing tells that {expected.service} answered: no header X-Service. Let the service send it "
            f"({name}.mark), or declare `mark: null` with {name}.requests_metric, or with Kong's prometheus "
            "plugin and status_code_metrics: true, so that its requests are counted"
        )
    told = grown(seen, expected.count)
    if isinstance(told, Inconclusive):
        return told
    if told.by_request:
        return []
    of = expected.count.counter
    counter = of.metric or f"{METRIC} of route {of.route}"
    who = " or ".join(told.elsewhere)
    return [
        Finding(
            expected=f"{counter} grows with a request that {expected.service} answers",
            observed="it was answered, and the counter did not grow: "
            + (f"the one of {who} grew by one" if who else "another service answers"),
            hop=Hop.GATEWAY.value,
        )
    ]


ANSWERED_BY_ANOTHER = Check(
    id="route.answered-by-another",
    severity=Severity.CRITICAL,
    catches="A route that is answered, with success, by another service than the one declared for it.",
    remedy="Look at what else the gateway serves: a route that was added by hand and wins, or a service that "
    "runs on another's port. Declare `mark` where a service's X-Service is not its name.",
    source="RT01",
    targets=with_service,
    observes=lambda environment, target: (sample(environment, target), *counting(environment, target)),
    expects=lambda environment, target: Sign(
        route(environment, target).service, mark_of(environment, target), count_of(environment, target)
    ),
    requires=lambda environment, target: ((UNANSWERED, target),),
    lacks=token_wanted,
    judge=_judge_author,
)


def answered(environment: Environment, target: str) -> Needs:
    """What must hold of a route before its sample's answer means anything to whoever judges it.

    Where the sample may not be sent here (a POST outside the sandbox that nobody declared harmless), what the
    configuration says, and that the route can be reached, has to do. The same where it wants a token and none
    is declared: Kong's own 401 is its answer.
    """
    if sendable(environment, target) and not token_wanted(environment, target):
        return ((UNANSWERED, target),)
    return _live_needs(environment, target)


CHECKS: tuple[Check, ...] = (UNANSWERED, ANSWERED_BY_ANOTHER)

__all__ = ["ANSWERED_BY_ANOTHER", "CHECKS", "NOT_IN_FILE", "UNANSWERED", "answered", "mark_of"]
