"""The rules that a stack's Prometheus is meant to have, and those that it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from atalaia.checks.check import Inconclusive
from atalaia.checks.metrics.asking import from_prometheus, unanswered
from atalaia.environment import Environment
from atalaia.environment.remembered import per_environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.evaluated import EvaluatedRules
from atalaia.systems.prometheus.rules import Group, Rule
from atalaia.systems.prometheus.rules_api import Loaded, read_rules
from atalaia.systems.prometheus.rules_file import read_rule_file


@dataclass(frozen=True)
class Given:
    """The declared rule files."""

    groups: tuple[Group, ...] = ()
    broken: tuple[str, ...] = ()
    """Why files cannot be read."""

    def where(self, rule: Rule) -> str:
        """file:line of a rule, found by what it is called; empty where no file has it."""
        found = [
            one
            for group in self.groups
            for one in group.rules
            if (one.name, one.alerting) == (rule.name, rule.alerting)
        ]
        alike = [one for one in found if one.severity == rule.severity] or found
        return alike[0].where if alike else ""


@per_environment
def given(environment: Environment) -> Given:
    """What the environment's rule files say."""
    groups: list[Group] = []
    broken: list[str] = []
    for file in environment.monitoring_files.rules:
        read = read_rule_file(file)
        if isinstance(read, Unreadable):
            broken.append(str(read))
        else:
            groups += read
    return Given(tuple(groups), tuple(broken))


def the_rules(environment: Environment) -> EvaluatedRules:
    """Ask Prometheus which rules it has."""
    return EvaluatedRules(
        key="rules of prometheus, evaluated",
        hop=Hop.MONITORING,
        rules=from_prometheus(environment, "/api/v1/rules"),
    )


def rules_in(exchange: Exchange) -> tuple[Loaded, ...] | Inconclusive:
    """The groups of an answer; what is wrong with one that has none is told by `rules.failing`."""
    if unanswered(exchange, ""):
        return Inconclusive("Prometheus did not tell its rules")
    read = read_rules(exchange.response.body if exchange.response else b"")
    return (
        Inconclusive(f"Prometheus did not tell its rules: {read}") if isinstance(read, Unreadable) else read
    )


def alerting_rules(groups: Iterable[Loaded], name: str) -> Iterator[Rule]:
    """The loaded alerting rules of a name."""
    for group in groups:
        for rule in group.group.rules:
            if rule.alerting and rule.name == name:
                yield rule
