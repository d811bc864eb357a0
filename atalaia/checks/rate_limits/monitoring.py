"""Health documents are nobody's requests: no limiter counts them (RL13)."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import not_measured
from atalaia.checks.check import Check, Finding, NotDeclared, Severity, Verdict
from atalaia.checks.configured import given_of
from atalaia.checks.observables import through_gateway
from atalaia.checks.rate_limits.effective import NAME
from atalaia.checks.rate_limits.words import told_limits
from atalaia.checks.routing.declaration import accepted
from atalaia.checks.service_paths import through_all_nodes
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.asked import match_of, plugins_on
from atalaia.systems.kong.plugins.windows import windows
from atalaia.systems.limiter.told import told


@dataclass(frozen=True)
class Unlimited:
    """A health document's path, and the limiter that the file has for it."""

    path: str
    limiter: str = ""
    """What it allows; empty: none."""
    cause: str = ""


def _monitored(environment: Environment) -> tuple[str, ...] | NotDeclared:
    if not environment.gateway_nodes():
        return NotDeclared("gateway")
    names = tuple(name for name, service in environment.services.items() if service.gateway_health)
    return names or NotDeclared("services with gateway_health")


def _request(environment: Environment, target: str) -> HttpRequest:
    path = environment.services[target].gateway_health
    assert path is not None, "the check's targets have one"
    return through_gateway(environment, next(iter(environment.gateway_nodes())), path)


def _unlimited(environment: Environment, target: str) -> Unlimited:
    request, given = _request(environment, target), given_of(environment)
    if given is None or given.configuration is None:
        return Unlimited(request.target)
    match = match_of(given, request)
    limiter = plugins_on(given, match).get(NAME) if match else None
    if limiter is None:
        return Unlimited(request.target)
    limits = told_limits((float(one.length), one.limit) for one in windows(limiter.config))
    return Unlimited(request.target, limits, given.line(limiter))


def _judge(seen: tuple[Exchange], expected: Unlimited) -> Verdict:
    (exchange,) = seen
    promise = f"no limiter counts the health document {expected.path}"
    if expected.limiter:
        observed = f"a limiter: {expected.limiter}"
        return [Finding(expected=promise, observed=observed, hop=Hop.GATEWAY.value, cause=expected.cause)]
    if reason := not_measured(exchange.failure):
        return reason
    said = told(exchange)
    if not said.anything:
        return []
    observed = f"RateLimit-Limit: {said.limit}, RateLimit-Remaining: {said.remaining}"
    return [Finding(expected=promise, observed=observed, hop=Hop.GATEWAY.value)]


def _needs(environment: Environment, target: str) -> Needs:
    return all_of(accepted(environment), through_all_nodes(environment, target))


MONITORING_LIMITED = Check(
    id="limiter.monitoring-limited",
    severity=Severity.MAJOR,
    catches="A limiter that counts health documents: the load balancer, monitoring and probes use clients' "
    "budgets up, or are denied themselves and take a sound service for dead.",
    remedy="Give the health document a route of its own without a limiter; one of the service or a global "
    "one applies to every route.",
    source="RL13",
    targets=_monitored,
    observes=lambda environment, target: (_request(environment, target),),
    expects=_unlimited,
    requires=_needs,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (MONITORING_LIMITED,)
