"""Which metrics and labels there are to be named, for the checks of rules and of dashboards (MT04)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from atalaia.checks.answers import describe, not_measured
from atalaia.checks.check import Inconclusive
from atalaia.checks.metrics.asking import from_prometheus, unanswered
from atalaia.environment import Environment
from atalaia.environment.remembered import per_environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.label_names import Labelled
from atalaia.systems.prometheus.metric_list import MetricList, of_texts
from atalaia.systems.prometheus.names import Names, read_names
from atalaia.systems.prometheus.rules import Rule


@per_environment
def listed(environment: Environment) -> MetricList | None:
    """The stack's list of metrics. Raises UsageError where it is none."""
    files = environment.monitoring_files.names
    if not files:
        return None
    stack, *beside = files
    return of_texts((stack.shown, stack.text), {PurePath(file.shown).stem: file.text for file in beside})


def all_names(environment: Environment) -> tuple[HttpRequest, HttpRequest]:
    """Ask Prometheus for the names of all metrics, and of all labels."""
    return (
        from_prometheus(environment, "/api/v1/label/__name__/values"),
        from_prometheus(environment, "/api/v1/labels"),
    )


def names_in(
    metrics: Exchange, labels: Exchange, labelled: Labelled, rules: Iterable[Rule], known: MetricList | None
) -> Names | Inconclusive:
    """What is known by the answers, the list, and the recording rules."""
    read: list[frozenset[str]] = []
    for exchange in (metrics, labels):
        found = _names(exchange)
        if isinstance(found, Inconclusive):
            return found
        read.append(found)
    if labelled.failure:
        why = f"Prometheus did not tell the labels of all metrics: {labelled.failure}"
        return not_measured(labelled.failure) or Inconclusive(why)
    return Names(read[0], labelled.known(), read[1], known, tuple(rules))


def _names(exchange: Exchange) -> frozenset[str] | Inconclusive:
    if unanswered(exchange, "") or exchange.response is None:
        return Inconclusive(f"Prometheus did not tell its names: {exchange.url}, {describe(exchange)}")
    if exchange.response.truncated:
        return Inconclusive(f"Prometheus has more names than can be read whole: {exchange.url}")
    found = read_names(exchange.response.body)
    return (
        Inconclusive(f"Prometheus did not tell its names: {found}")
        if isinstance(found, Unreadable)
        else found
    )
