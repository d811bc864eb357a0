"""Alerts reach whom the environment says, by the routes that the Alertmanager runs with (MT07)."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.alerting.receivers import RECEIVER_MISSING
from atalaia.checks.metrics.alerting.status import cause_of, running, the_status
from atalaia.checks.metrics.asking import ready
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.alertmanager.matchers import Unclear
from atalaia.systems.alertmanager.routing import read_route, receivers


@dataclass(frozen=True)
class Expected:
    """A severity, whom its alerts reach, and where routes are configured."""

    severity: str
    receivers: tuple[str, ...]
    cause: str


def severities(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The severities of which it is declared whom their alerts reach."""
    routes = environment.alertmanager.routes if environment.alertmanager else {}
    return tuple(routes) or NotDeclared("alertmanager.routes")


def declared(environment: Environment, target: str) -> tuple[str, ...]:
    """Whom alerts of a severity reach."""
    assert environment.alertmanager is not None, "the check's targets have it"
    return environment.alertmanager.routes[target]


def _expects(environment: Environment, target: str) -> Expected:
    return Expected(target, declared(environment, target), cause_of(environment, ("route",)))


def _needs(environment: Environment, target: str) -> Needs:
    assert environment.alertmanager is not None, "the check's targets have it"
    there = environment.alertmanager.receivers
    missing = tuple((RECEIVER_MISSING, name) for name in declared(environment, target) if name in there)
    return all_of(ready("alertmanager"), missing)


def _judge(seen: tuple[Exchange], expected: Expected) -> Verdict:
    wanted = ", ".join(expected.receivers) or "nobody"
    promise = f"an alert with severity={expected.severity} reaches {wanted}"
    configuration = running(seen[0], promise)
    if isinstance(configuration, (list, Inconclusive)):
        return configuration
    try:
        found = receivers(read_route(configuration["route"]), {"severity": expected.severity})
    except Unclear as error:
        return Inconclusive(f"a route is not understood: {error}")
    if set(found) == set(expected.receivers):
        return []
    observed = ", ".join(dict.fromkeys(found)) or "nobody"
    return [Finding(expected=promise, observed=observed, hop=Hop.MONITORING.value, cause=expected.cause)]


WRONG_RECEIVER = Check(
    id="alerting.wrong-receiver",
    severity=Severity.CRITICAL,
    catches="A route that leads elsewhere: a critical alert that wakes nobody, because a route before it "
    "takes it without `continue`, because its matcher is misspelt, or because it names another receiver.",
    remedy="Follow the alert with `amtool config routes test --config.file=alertmanager.yml "
    "severity=critical`, and correct the route's matchers, its receiver or its `continue`.",
    source="MT07; prometheus/alertmanager dispatch/route.go",
    targets=severities,
    observes=lambda environment, target: (the_status(environment),),
    expects=_expects,
    requires=_needs,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (WRONG_RECEIVER,)
