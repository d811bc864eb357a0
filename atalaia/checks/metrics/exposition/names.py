"""Names of metrics and labels, by the rules that Prometheus' own linter has."""

from __future__ import annotations

from atalaia.checks.check import Check, Finding, Severity, Verdict
from atalaia.checks.metrics.asking import page_samples
from atalaia.checks.metrics.exposition.form import Whose, whose
from atalaia.checks.metrics.exposition.owner import own_page
from atalaia.checks.metrics.exposition.pages import shortened, targets, whole_pages
from atalaia.exchange.exchange import Exchanges
from atalaia.systems.prometheus.lint import Problem, lint
from atalaia.systems.prometheus.vendors import named_by_design


def _judge_names(seen: tuple[Exchanges], expected: Whose) -> Verdict:
    pages = whole_pages(seen[0])
    if not isinstance(pages, tuple):
        return pages
    problems = [each for each in lint(pages[0]) if not named_by_design(expected.kind, each.rule, each.metric)]
    return shortened([_finding(problem, expected.hop) for problem in problems])


def _finding(problem: Problem, hop: str) -> Finding:
    return Finding(
        expected="names as Prometheus' conventions want them",
        observed=f"line {problem.line}: {problem.metric}: {problem.text}",
        hop=hop,
    )


BAD_NAME = Check(
    id="metrics.bad-name",
    severity=Severity.MINOR,
    catches="A metric or label whose name misleads: a counter without _total, milliseconds where everybody "
    "computes in seconds, camelCase, no HELP. What well-known exporters are known for is not told.",
    remedy="Rename it, and the rules and panels that use it; both names side by side for a while.",
    source="MT03; promlint (promtool check metrics); prometheus/docs, content/docs/practices/naming.md",
    targets=targets,
    observes=lambda environment, target: (page_samples(environment, target),),
    expects=whose,
    requires=own_page,
    judge=_judge_names,
)

CHECKS: tuple[Check, ...] = (BAD_NAME,)
