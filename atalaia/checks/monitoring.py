"""Prometheus, Alertmanager, Grafana and the Pushgateway: who answers is they, and ready to work."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.addresses import all_of
from atalaia.checks.answers import not_ok, undecided
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, NotDeclared, Severity, Verdict
from atalaia.checks.observables import get
from atalaia.environment import Environment
from atalaia.environment.endpoints import MONITORING
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.hop import Hop
from atalaia.systems.programs import DOCUMENTS, NAMES, Program, program_of
from atalaia.systems.readiness import READY_PATHS, not_ready


def _declared(environment: Environment) -> tuple[str, ...] | NotDeclared:
    names = tuple(name for name in MONITORING if getattr(environment, name))
    return names or NotDeclared("prometheus, alertmanager, grafana or pushgateway")


def _program(environment: Environment, target: str) -> tuple[Program]:
    others = (path for name, path in DOCUMENTS.items() if name != target)
    steps = tuple(get(environment, target, path) for path in (DOCUMENTS[target], *others))
    return (Program(key=f"which program answers as {target}", hop=Hop.MONITORING, steps=steps),)


@dataclass(frozen=True)
class Named:
    """A monitoring system, and what else the environment says has its address."""

    name: str
    url: str
    alike: tuple[str, ...]


def _named(environment: Environment, target: str) -> Named:
    urls = {name: getattr(environment, name).url for name in MONITORING if getattr(environment, name)}
    own = urls[target]
    alike = (
        name for name, url in urls.items() if name != target and (url.host, url.port) == (own.host, own.port)
    )
    return Named(target, own.origin, tuple(alike))


def _judge_program(seen: tuple[Exchanges], expected: Named) -> Verdict:
    if reason := undecided(*seen[0].steps):
        return reason
    found = next((program for step in seen[0].steps if (program := program_of(step))), expected.name)
    if found == expected.name:
        return []
    also = "".join(f"; it is the address of {name}.url, too" for name in expected.alike)
    return [
        Finding(
            expected=f"{NAMES[expected.name]} answers at {expected.url} ({expected.name}.url)",
            observed=f"another program answers there: {NAMES[found]}{also}",
            hop=Hop.MONITORING.value,
        )
    ]


OTHER_PROGRAM = Check(
    id="monitoring.other-program",
    severity=Severity.MAJOR,
    catches="An address that leads to another of the monitoring's programs: two ports are swapped in the "
    "environment file, a container's port mapping, or a proxy. Half of its documents look the same.",
    remedy="Correct the system's url in the environment file; where that is right, the port mapping or proxy "
    "before it.",
    source="Prometheus 2.42, Alertmanager 0.25, Pushgateway 1.5, Grafana: their HTTP APIs",
    targets=_declared,
    observes=_program,
    expects=_named,
    requires=reachable,
    judge=_judge_program,
)


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
    requires=lambda environment, target: all_of(reachable(environment, target), ((OTHER_PROGRAM, target),)),
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (OTHER_PROGRAM, NOT_READY)
