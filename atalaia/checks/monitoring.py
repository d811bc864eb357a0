"""Prometheus, Alertmanager, Grafana and the Pushgateway: ready to work."""

from __future__ import annotations

from atalaia.checks.answers import not_ok, undecided
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, NotDeclared, Severity, Verdict
from atalaia.checks.observables import get
from atalaia.environment import Environment
from atalaia.environment.endpoints import MONITORING
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.readiness import READY_PATHS, not_ready


def _declared(environment: Environment) -> tuple[str, ...] | NotDeclared:
    names = tuple(name for name in MONITORING if getattr(environment, name))
    return names or NotDeclared("prometheus, alertmanager, grafana or pushgateway")


def _judge(seen: tuple[Exchange], expected: str) -> Verdict:
    (exchange,) = seen
    promise = f"{expected}'s own word that it is ready, from {READY_PATHS[expected]}"
    if verdict := undecided(exchange):
        return verdict
    # A body beside an error tells more than the error: Grafana's names what fails.
    if exchange.response and (why := not_ready(expected, exchange.response.status, exchange.response.body)):
        return [Finding(expected=promise, observed=why, hop=Hop.MONITORING.value)]
    return not_ok(exchange, promise, Hop.MONITORING)


NOT_READY = Check(
    id="monitoring.not-ready",
    severity=Severity.MAJOR,
    catches="A monitoring system that runs and does not work: it replays its log, its database fails, or "
    "something else listens on its port.",
    remedy="Read its log; Grafana: look at its own database; Prometheus: wait for the end of the WAL replay.",
    source="AtendeAI 2.0 connectivity script; the systems' own APIs",
    targets=_declared,
    observes=lambda environment, target: (get(environment, target, READY_PATHS[target]),),
    expects=lambda environment, target: target,
    requires=reachable,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (NOT_READY,)
