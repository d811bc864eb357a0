"""The Alertmanager has the declared receivers, and they can send."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.alerting.status import cause_of, running, the_status
from atalaia.checks.metrics.asking import from_alertmanager, ready, unanswered, unreadable
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.alertmanager.api import integrations, read_receivers
from atalaia.systems.document import Unreadable

_HOP = Hop.MONITORING.value


@dataclass(frozen=True)
class Expected:
    """A receiver, and where receivers are configured."""

    name: str
    cause: str


def _targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
    declared = environment.alertmanager.receivers if environment.alertmanager else ()
    return tuple(dict.fromkeys(declared)) or NotDeclared("alertmanager.receivers")


def _expects(environment: Environment, target: str) -> Expected:
    return Expected(target, cause_of(environment, ("receivers",)))


def _judge_missing(seen: tuple[Exchange], expected: Expected) -> Verdict:
    (exchange,) = seen
    promise = f"the Alertmanager has a receiver {expected.name}"
    if verdict := unanswered(exchange, promise):
        return verdict
    assert exchange.response is not None, "it is answered"
    if exchange.response.truncated:
        return Inconclusive("the Alertmanager has more receivers than can be read whole")
    found = read_receivers(exchange.response.body)
    if isinstance(found, Unreadable):
        return unreadable(found, promise)
    if expected.name in found:
        return []
    observed = f"its receivers are {', '.join(found) or 'none'}"
    return [Finding(expected=promise, observed=observed, hop=_HOP, cause=expected.cause)]


RECEIVER_MISSING = Check(
    id="alerting.receiver-missing",
    severity=Severity.CRITICAL,
    catches="A receiver that people rely on, and that the Alertmanager does not have.",
    remedy="Write it into `receivers` of alertmanager.yml, and a route to it; reload the Alertmanager.",
    source="MT07; the Alertmanager's API v2, /receivers",
    targets=_targets,
    observes=lambda environment, target: (from_alertmanager(environment, "/api/v2/receivers"),),
    expects=_expects,
    requires=lambda environment, target: ready("alertmanager"),
    judge=_judge_missing,
)


def _there(environment: Environment, target: str) -> Needs:
    return ((RECEIVER_MISSING, target),)


def _judge_empty(seen: tuple[Exchange], expected: Expected) -> Verdict:
    promise = f"{expected.name} sends what it receives"
    configuration = running(seen[0], promise)
    if isinstance(configuration, (list, Inconclusive)):
        return configuration
    if integrations(configuration).get(expected.name):
        return []
    observed = "it has no integration: it swallows every alert"
    return [Finding(expected=promise, observed=observed, hop=_HOP, cause=expected.cause)]


RECEIVER_EMPTY = Check(
    id="alerting.receiver-empty",
    severity=Severity.CRITICAL,
    catches="A receiver that is only a name: alerts are routed to it, and nobody hears of them.",
    remedy="Give it an integration: slack_configs, email_configs, pagerduty_configs or webhook_configs.",
    source="MT07; Alertmanager's configuration, `<receiver>`",
    targets=_targets,
    observes=lambda environment, target: (the_status(environment),),
    expects=_expects,
    requires=_there,
    judge=_judge_empty,
)

CHECKS: tuple[Check, ...] = (RECEIVER_MISSING, RECEIVER_EMPTY)
