"""What is found at several places alike is told at the first; what is found beside it is not hidden."""

from __future__ import annotations

import asyncio

from atalaia.checks.check import Check, Finding, Severity
from atalaia.run.case import Case
from atalaia.run.execute import Executor
from atalaia.run.results import Outcome


def case(target: str, *found: tuple[str, str], alike: tuple[Case, ...] = ()) -> Case:
    """A case that finds these, each (observed, cause)."""
    findings = [Finding(expected="X-Frame-Options", observed=seen, cause=cause) for seen, cause in found]
    check = Check(
        id="headers.weak", severity=Severity.MAJOR, catches="", remedy="", source="",
        targets=lambda environment: (target,), observes=lambda environment, target: (),
        judge=lambda seen, expected: findings,
    )  # fmt: skip
    return Case(check, target, alike=alike)


def results(*cases: Case):
    return asyncio.run(Executor(None).execute_all(cases))  # type: ignore[arg-type]


def test_what_is_found_at_the_first_too_is_blocked_by_it():
    first = case("/a", ("none", "kong.yml:1"))
    told, other = results(first, case("/b", ("none: a plugin removes it", "kong.yml:1"), alike=(first,)))
    assert (told.outcome, other.outcome) == (Outcome.FAILED, Outcome.BLOCKED)
    assert other.blocked_by == "headers.weak@/a"


def test_another_defect_is_told_though_the_first_has_one():
    first = case("/a", ("none", "kong.yml:1"))
    found = (("none", "kong.yml:1"), ("ALLOW-FROM", ""))
    elsewhere = case("/c", ("none", "kong.yml:9"), alike=(first,))
    _, other, line = results(first, case("/b", *found, alike=(first,)), elsewhere)
    assert other.outcome is Outcome.FAILED
    assert [finding.observed for finding in other.findings] == ["ALLOW-FROM"]
    assert line.outcome is Outcome.FAILED


def test_a_place_without_a_defect_passes():
    first = case("/a", ("none", ""))
    assert [each.outcome for each in results(first, case("/b", alike=(first,)))][1] is Outcome.PASSED
