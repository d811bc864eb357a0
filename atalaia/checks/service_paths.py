"""Services through the gateway and the load balancer: healthy there too, and the same ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import undecided
from atalaia.checks.balancing import routed
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.gateway import ready
from atalaia.checks.identity import Identity, identity_of
from atalaia.checks.observables import health, through_front, through_gateway
from atalaia.checks.services import healthy, unhealthy
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.marks import passed_kong
from atalaia.systems.limits import backend_of, is_gateway

_VIA = " via "


def _routed_services(environment: Environment) -> tuple[str, ...]:
    return tuple(name for name, service in environment.services.items() if service.gateway_health)


def _path(environment: Environment, service: str) -> str:
    path = environment.services[service].gateway_health
    assert path is not None, "the check's targets have one"
    return path


def _by_node(environment: Environment) -> tuple[str, ...] | NotDeclared:
    nodes = environment.gateway_nodes()
    if not nodes:
        return NotDeclared("gateway")
    services = _routed_services(environment)
    targets = tuple(f"{service}{_VIA}{node}" for service in services for node in nodes)
    return targets or NotDeclared("services with gateway_health")


def _through_node(environment: Environment, target: str) -> tuple[HttpRequest, ...]:
    service, _, node = target.partition(_VIA)
    return (through_gateway(environment, node, _path(environment, service)),)


def _node_needs(environment: Environment, target: str) -> Needs:
    service, _, node = target.partition(_VIA)
    return all_of(
        healthy(environment, service), reachable(environment, f"{node}-proxy"), ready(environment, node)
    )


def _judge_gateway(seen: tuple[Exchange], expected: None) -> Verdict:
    return undecided(*seen) or unhealthy(seen[0], Hop.GATEWAY)


UNHEALTHY_THROUGH_GATEWAY = Check(
    id="service.unhealthy-through-gateway",
    severity=Severity.CRITICAL,
    catches="A service that is healthy by itself and that the gateway does not reach: no route, a wrong "
    "upstream address, a plugin in the way.",
    remedy="Kong says who failed: 404 “no Route matched” is a missing route; 502, 503 and 504 a wrong host, "
    "port or timeout of its service entity.",
    source="CN12",
    targets=_by_node,
    observes=_through_node,
    requires=_node_needs,
    judge=_judge_gateway,
)


def through_all_nodes(environment: Environment, service: str) -> Needs:
    """The service through every node of the gateway."""
    nodes = environment.gateway_nodes()
    return tuple((UNHEALTHY_THROUGH_GATEWAY, f"{service}{_VIA}{node}") for node in nodes)


def _by_front(environment: Environment) -> tuple[str, ...] | NotDeclared:
    if environment.load_balancer is None:
        return NotDeclared("load_balancer")
    return _routed_services(environment) or NotDeclared("services with gateway_health")


def _front_needs(environment: Environment, target: str) -> Needs:
    path = _path(environment, target)
    behind = (
        through_all_nodes(environment, target)
        if _passes_gateway(environment, path)
        else healthy(environment, target)
    )
    return all_of(behind, routed(environment, path))


def _passes_gateway(environment: Environment, path: str) -> bool:
    """Whether the load balancer sends a path to the gateway."""
    found = backend_of(environment, path)
    return bool(environment.gateway_nodes()) and (found is None or is_gateway(environment, found[1]))


def _judge_front(seen: tuple[Exchange], expected: None) -> Verdict:
    return undecided(*seen) or unhealthy(seen[0], Hop.LOAD_BALANCER)


UNHEALTHY_THROUGH_LOAD_BALANCER = Check(
    id="service.unhealthy-through-load-balancer",
    severity=Severity.CRITICAL,
    catches="A service that the gateway reaches and clients do not: HAProxy is in the way.",
    remedy="The finding's hop says who answered. HAProxy: look at its backends, rules and timeouts.",
    source="CN12",
    targets=_by_front,
    observes=lambda environment, target: (through_front(environment, _path(environment, target)),),
    requires=_front_needs,
    judge=_judge_front,
)


@dataclass(frozen=True)
class Ways:
    """The service that must answer, and the ways on which it is asked after the direct one."""

    mark: str
    hops: tuple[tuple[str, Hop], ...]
    """Name of each way and the hop at its start."""
    front_passes_gateway: bool
    peer: str | None
    """Another service that the front leads to through the gateway, seen last: whether Kong's headers get
    through at all."""


def _compared(environment: Environment) -> tuple[str, ...] | NotDeclared:
    if not environment.gateway_nodes() and environment.load_balancer is None:
        return NotDeclared("gateway or load_balancer")
    return _compared_names(environment) or NotDeclared("services with health and gateway_health")


def _compared_names(environment: Environment) -> tuple[str, ...]:
    return tuple(name for name in _routed_services(environment) if environment.services[name].health)


def _ways(environment: Environment, target: str) -> Ways:
    hops = [(node, Hop.GATEWAY) for node in environment.gateway_nodes()]
    if environment.load_balancer:
        hops.append(("load-balancer", Hop.LOAD_BALANCER))
    return Ways(
        environment.services[target].mark or target,
        tuple(hops),
        _passes_gateway(environment, _path(environment, target)),
        _peer(environment, target),
    )


def _peer(environment: Environment, target: str) -> str | None:
    """The first other service behind the same backend; seen anyhow, it costs nothing."""
    if environment.load_balancer is None or not _passes_gateway(environment, _path(environment, target)):
        return None
    backend = backend_of(environment, _path(environment, target))
    alike = (
        name
        for name in _compared_names(environment)
        if name != target and backend_of(environment, _path(environment, name)) == backend
    )
    return next(alike, None)


def _all_ways(environment: Environment, target: str) -> tuple[HttpRequest, ...]:
    path = _path(environment, target)
    requests = [health(environment, target)]
    requests += [through_gateway(environment, node, path) for node in environment.gateway_nodes()]
    if environment.load_balancer:
        requests.append(through_front(environment, path))
    if peer := _peer(environment, target):
        requests.append(through_front(environment, _path(environment, peer)))
    return tuple(requests)


def _comparison_needs(environment: Environment, target: str) -> Needs:
    front = ((UNHEALTHY_THROUGH_LOAD_BALANCER, target),) if environment.load_balancer else ()
    return all_of(healthy(environment, target), through_all_nodes(environment, target), front)


def _judge_identity(seen: tuple[Exchange, ...], expected: Ways) -> Verdict:
    direct, *others = (_identity(exchange) for exchange in seen[: len(expected.hops) + 1])
    promise = f"{expected.mark} on every way, as when asked directly"
    if direct.mark is not None and direct.mark != expected.mark:
        return [
            Finding(
                expected=f"X-Service {expected.mark} from the service itself",
                observed=f"X-Service {direct.mark}",
                hop=Hop.SERVICE.value,
            )
        ]
    # Silent itself, it is still known by the mark that others must show.
    known = replace(direct, mark=expected.mark)
    findings: list[Finding] = []
    unsure = []
    for (name, hop), identity, exchange in zip(expected.hops, others, seen[1:], strict=False):
        if hop is Hop.LOAD_BALANCER and expected.front_passes_gateway and findings:
            break  # it passes on what the gateway has mistaken
        contradiction = known.contradiction(identity)
        if not contradiction and _status(exchange) != _status(seen[0]):
            contradiction = f"status {_status(exchange)}, not {_status(seen[0])}"
        if not contradiction and hop is Hop.LOAD_BALANCER and _past_the_gateway(seen, expected):
            contradiction = f"an answer without Kong's headers, which {expected.peer}'s has"
        if contradiction:
            observed = f"{name} leads to {contradiction}"
            findings.append(Finding(expected=promise, observed=observed, hop=hop.value))
        elif not known.comparable(identity):
            unsure.append(name)
    if findings or not unsure:
        return findings
    return Inconclusive(
        f"nothing tells who answered through {', '.join(unsure)}: no X-Service header, no service or version "
        "in the body"
    )


def _past_the_gateway(seen: tuple[Exchange, ...], expected: Ways) -> bool:
    """Whether the front's answer did not come through Kong, where those of another service do.

    A front that takes Kong's headers away takes them from all answers, and decides nothing.
    """
    if expected.peer is None:
        return False
    front, peer = (exchange.response for exchange in seen[-2:])
    return front is not None and peer is not None and passed_kong(peer) and not passed_kong(front)


def _identity(exchange: Exchange) -> Identity:
    assert exchange.response is not None, "the service was healthy on this way"
    return identity_of(exchange.response)


def _status(exchange: Exchange) -> int | None:
    return exchange.response.status if exchange.response else None


ANSWERED_BY_ANOTHER = Check(
    id="service.answered-by-another",
    severity=Severity.CRITICAL,
    catches="A route that leads to the wrong service, which is healthy too, to another version of it, or "
    "past the gateway and its limits.",
    remedy="Correct the service or host of the route at the hop that is named; declare `mark` where a "
    "service's X-Service is not its name.",
    source="CN12, RT01",
    targets=_compared,
    observes=_all_ways,
    expects=_ways,
    requires=_comparison_needs,
    judge=_judge_identity,
)

CHECKS: tuple[Check, ...] = (
    UNHEALTHY_THROUGH_GATEWAY,
    UNHEALTHY_THROUGH_LOAD_BALANCER,
    ANSWERED_BY_ANOTHER,
)
