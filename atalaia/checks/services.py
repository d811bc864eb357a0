"""Services asked directly: healthy by their own word, and fast enough."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, not_ok, succeeded, undecided, where
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, NotDeclared, Severity, Verdict
from atalaia.checks.observables import health, health_samples
from atalaia.checks.stores import usable_stores
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.hop import Hop
from atalaia.systems.health import read_health

HEALTHY = "a status of 2xx, and a body that claims to be up"


def _with_health(environment: Environment) -> tuple[str, ...] | NotDeclared:
    names = tuple(name for name, service in environment.services.items() if service.health)
    return names or NotDeclared("services with a health path")


def unhealthy(exchange: Exchange, sent_to: Hop) -> list[Finding]:
    """Findings about a health document that came through some hop."""
    if findings := not_ok(exchange, HEALTHY, sent_to):
        return findings
    assert exchange.response is not None, "it succeeded"
    said = read_health(exchange.response.body)
    if exchange.response.truncated:
        # What was cut may have said anything; no health document is that long.
        observed = f"{exchange.response.status} with a body beyond the size that is read"
    elif said.fault:
        observed = f"{exchange.response.status} with {said.fault}"
    elif said.up is False:
        observed = f"{exchange.response.status} and “{said.claim}”"
    else:
        return []
    return [Finding(expected=HEALTHY, observed=observed, hop=where(exchange, sent_to))]


def _judge_health(seen: tuple[Exchange], expected: None) -> Verdict:
    (exchange,) = seen
    return undecided(exchange) or unhealthy(exchange, Hop.SERVICE)


def _health_needs(environment: Environment, target: str) -> Needs:
    service = environment.services[target]
    others = tuple(
        (UNHEALTHY, name)
        for name in service.depends_on
        if name in environment.services
        and environment.services[name].health
        # Two that depend on each other cannot both explain the other's failure.
        and target not in _dependencies(environment, name)
    )
    return all_of(reachable(environment, target), usable_stores(environment, service.depends_on), others)


def _dependencies(environment: Environment, name: str) -> frozenset[str]:
    """Everything that a service depends on, directly or not."""
    found: set[str] = set()

    def follow(current: str) -> Iterator[str]:
        service = environment.services.get(current)
        for further in service.depends_on if service else ():
            if further not in found:
                found.add(further)
                yield from follow(further)

    list(follow(name))
    return frozenset(found)


UNHEALTHY = Check(
    id="service.unhealthy",
    severity=Severity.CRITICAL,
    catches="A service that hangs, answers its health endpoint with an error, or says in the body that it is "
    "down (a status of 200 alone proves nothing).",
    remedy="Read the service's log; ask its health endpoint by hand and look at the part that is down.",
    source="CN12",
    targets=_with_health,
    observes=lambda environment, target: (health(environment, target),),
    requires=_health_needs,
    judge=_judge_health,
)


def _limit(environment: Environment, target: str) -> float:
    """Seconds within which a service's health document answers."""
    limit = environment.services[target].response_time or environment.slo.latency_p95
    assert limit is not None, "the check's targets have one"
    return limit.total_seconds()


def _with_limit(environment: Environment) -> tuple[str, ...] | NotDeclared:
    names = tuple(
        name
        for name, service in environment.services.items()
        if service.health and (service.response_time or environment.slo.latency_p95)
    )
    return names or NotDeclared("services with a response_time, nor slo.latency_p95")


def _judge_time(seen: tuple[Exchanges], expected: float) -> Verdict:
    (exchanges,) = seen
    if reason := undecided(*exchanges.steps):
        return reason
    # What did not succeed was not fast, however soon it came.
    times = [step.elapsed if succeeded(step) else float("inf") for step in exchanges.steps]
    middle = median(times)
    if middle <= expected:
        return []
    failed = next((step for step in exchanges.steps if not succeeded(step)), None)
    observed = (
        f"{describe(failed)} in {times.count(float('inf'))} of {len(times)}"
        if failed and middle == float("inf")
        else f"a median of {middle * 1000:.0f} ms over {len(times)}"
    )
    return [
        Finding(
            expected=f"its health document within {expected * 1000:.0f} ms",
            observed=observed,
            hop=Hop.SERVICE.value,
        )
    ]


SLOW = Check(
    id="service.slow",
    severity=Severity.MAJOR,
    catches="A service that answers, but later than its limit.",
    remedy="Look at its event loop, its connection pools and the stores that its health document asks.",
    source="SLO; AtendeAI 2.0 monitoring, “Service Slow”",
    targets=_with_limit,
    observes=lambda environment, target: (health_samples(environment, target),),
    expects=_limit,
    requires=lambda environment, target: ((UNHEALTHY, target),),
    judge=_judge_time,
)

CHECKS: tuple[Check, ...] = (UNHEALTHY, SLOW)


def healthy(environment: Environment, service: str) -> Needs:
    """What must hold before a service is expected to answer anybody else."""
    if environment.services[service].health:
        return ((UNHEALTHY, service),)
    return reachable(environment, service)
