"""Prometheus has the rules of the declared files, all of them, and no others (MT05)."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.asking import ready
from atalaia.checks.metrics.rules.given import Given, given, rules_in, the_rules
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.prometheus.rules import Compared, Group, Rule, compared, differences
from atalaia.systems.prometheus.rules_api import Loaded

_HOP = Hop.MONITORING.value


def _with_files(environment: Environment) -> tuple[str, ...] | NotDeclared:
    files = environment.monitoring_files.rules
    return ("prometheus",) if environment.prometheus and files else NotDeclared("prometheus.config")


def _live(groups: tuple[Loaded, ...], name: str) -> list[Group]:
    """The loaded groups of a name: unique in a file only, and files are called otherwise elsewhere."""
    return [loaded.group for loaded in groups if loaded.group.name == name]


def _side_by_side(
    groups: tuple[Loaded, ...], expected: Given
) -> Iterator[tuple[Group, list[Group], Compared]]:
    """Each declared group, those loaded of its name, and how their rules compare."""
    for name in dict.fromkeys(group.name for group in expected.groups):
        wanted = [group for group in expected.groups if group.name == name]
        found = _live(groups, name)
        rules = [rule for group in wanted for rule in group.rules]
        yield wanted[0], found, compared(rules, [rule for group in found for rule in group.rules])


def _judge_missing(seen: tuple[Exchange], expected: Given) -> Verdict:
    groups = rules_in(seen[0])
    if isinstance(groups, Inconclusive):
        return groups
    findings = [Finding(expected="a rule file", observed=why, hop=_HOP) for why in expected.broken]
    for group, found, pair in _side_by_side(groups, expected):
        if not found:
            rules = "1 rule" if len(group.rules) == 1 else f"{len(group.rules)} rules"
            told = f"the group {group.name} with its {rules} is loaded"
            findings.append(Finding(expected=told, observed="not loaded", hop=_HOP, cause=group.where))
            continue
        findings += [
            Finding(
                expected=f"{rule.told} is loaded", observed="not in its group", hop=_HOP, cause=rule.where
            )
            for rule in pair.missing
        ]
    return findings


def _judge_unexpected(seen: tuple[Exchange], expected: Given) -> Verdict:
    groups = rules_in(seen[0])
    if isinstance(groups, Inconclusive):
        return groups
    known = {group.name for group in expected.groups}
    others = [loaded.group for loaded in groups if loaded.group.name not in known]
    findings = [_beside(f"the group {group.name}", group.file) for group in others]
    for _, found, pair in _side_by_side(groups, expected):
        findings += [_beside(rule.told, found[0].file) for rule in pair.unexpected]
    return findings


def _beside(what: str, file: str) -> Finding:
    return Finding(expected="only the rules of the declared files", observed=f"{what}, of {file}", hop=_HOP)


def _judge_differs(seen: tuple[Exchange], expected: Given) -> Verdict:
    groups = rules_in(seen[0])
    if isinstance(groups, Inconclusive):
        return groups
    findings: list[Finding] = []
    for group, found, pair in _side_by_side(groups, expected):
        findings += [finding for wanted, other in pair.changed for finding in _changes(wanted, other)]
        if group.interval and found and found[0].interval != group.interval:
            findings.append(
                Finding(
                    expected=f"the group {group.name} with interval: {group.interval:g}s",
                    observed=f"interval: {found[0].interval or 0:g}s",
                    hop=_HOP,
                    cause=group.where,
                )
            )
    return findings


def _changes(wanted: Rule, found: Rule) -> Iterator[Finding]:
    for one, other in differences(wanted, found):
        yield Finding(
            expected=f"{wanted.told} as in its file, {one}", observed=other, hop=_HOP, cause=wanted.where
        )


def _ready(environment: Environment, target: str) -> Needs:
    return ready("prometheus")


MISSING = Check(
    id="rules.missing",
    severity=Severity.CRITICAL,
    catches="A rule file that Prometheus does not load: its name does not match rule_files, it was not "
    "mounted, or Prometheus was not told to read its configuration anew.",
    remedy="Compare `rule_files` with where the file lies on the server (`promtool check config` lists "
    "what is found), and reload Prometheus: SIGHUP, or POST /-/reload.",
    source="MT05; issue: rules that are never loaded",
    targets=_with_files,
    observes=lambda environment, target: (the_rules(environment),),
    expects=lambda environment, target: given(environment),
    requires=_ready,
    judge=_judge_missing,
)

UNEXPECTED = Check(
    id="rules.unexpected",
    severity=Severity.MINOR,
    catches="Rules that no declared file has: left over from before, or made by hand, and tested by nobody.",
    remedy="Take the file away from the server, or put it beside the others in rule_files.",
    source="MT05",
    targets=_with_files,
    observes=lambda environment, target: (the_rules(environment),),
    expects=lambda environment, target: given(environment),
    requires=_ready,
    judge=_judge_unexpected,
)

DIFFERS = Check(
    id="rules.differs",
    severity=Severity.MAJOR,
    catches="A loaded rule with another expression, `for`, label or annotation than its file has: an old "
    "copy on the server, or a change by hand.",
    remedy="Copy the rule files to the server anew and reload Prometheus.",
    source="MT05; expressions are compared in meaning: Prometheus prints them in its own spelling",
    targets=_with_files,
    observes=lambda environment, target: (the_rules(environment),),
    expects=lambda environment, target: given(environment),
    requires=_ready,
    judge=_judge_differs,
)

CHECKS: tuple[Check, ...] = (MISSING, UNEXPECTED, DIFFERS)


def all_loaded(environment: Environment) -> Needs:
    """That the rules of the declared files are there; where none are declared, that Prometheus answers."""
    declared = isinstance(_with_files(environment), tuple)
    return ((MISSING, "prometheus"),) if declared else ready("prometheus")
