"""Prometheus keeps samples for as long as declared (MT10)."""

from __future__ import annotations

from datetime import timedelta

from atalaia.checks.check import Check, Finding, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.asking import from_prometheus, ready, unanswered, unreadable
from atalaia.environment import Environment
from atalaia.environment.units import format_duration
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.runtime import PATH, read_runtime


def _declared(environment: Environment) -> tuple[str, ...] | NotDeclared:
    declared = environment.prometheus is not None and environment.prometheus.retention is not None
    return ("prometheus",) if declared else NotDeclared("prometheus.retention")


def _retention(environment: Environment, target: str) -> timedelta:
    assert environment.prometheus is not None, "the check's targets have it"
    assert environment.prometheus.retention is not None, "the check's targets have one"
    return environment.prometheus.retention


def _judge(seen: tuple[Exchange], expected: timedelta) -> Verdict:
    (exchange,) = seen
    promise = f"samples are kept for {_told(expected)}"
    if verdict := unanswered(exchange, promise):
        return verdict
    runtime = read_runtime(exchange.response.body if exchange.response else b"")
    if isinstance(runtime, Unreadable):
        return unreadable(runtime, promise)
    if runtime.kept == expected.total_seconds():
        return []
    return [Finding(expected=promise, observed=f"for {runtime.retention}", hop=Hop.MONITORING.value)]


def _told(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours:g}h" if hours > 24 and hours % 24 else format_duration(length)


WRONG = Check(
    id="scrape.retention-wrong",
    severity=Severity.MAJOR,
    catches="Samples that go sooner, or stay longer, than declared: a flag was forgotten, and the default of "
    "15 days holds; or only a size bounds what is kept.",
    remedy="Set --storage.tsdb.retention.time, and restart Prometheus: it is no setting of prometheus.yml.",
    source="MT10; Prometheus, HTTP API, “Runtime Information”: storageRetention",
    targets=_declared,
    observes=lambda environment, target: (from_prometheus(environment, PATH),),
    expects=_retention,
    requires=lambda environment, target: ready("prometheus"),
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (WRONG,)
