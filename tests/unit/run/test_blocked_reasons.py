"""What is blocked says why its root did not pass, through any number of steps."""

from __future__ import annotations

from atalaia.checks.check import Check, Finding, Severity
from atalaia.run.case import Case
from atalaia.run.results import Outcome


def case(name: str) -> Case:
    """A case of a check of that name."""
    check = Check(
        id=name, severity=Severity.MAJOR, catches="", remedy="", source="",
        targets=lambda environment: ("x",), observes=lambda environment, target: (),
        judge=lambda seen, expected: [],
    )  # fmt: skip
    return Case(check, "x")


def test_the_roots_finding_is_the_reason():
    finding = Finding(expected="200", observed="Kong answered 500")
    root = case("a").result(Outcome.FAILED, findings=(finding,))
    first = case("b").blocked(root)
    second = case("c").blocked(first)
    assert first.reason == second.reason == "a@x failed: Kong answered 500; expected: 200"
    assert second.blocked_by == "a@x"


def test_an_inconclusive_root_says_why():
    root = case("a").result(Outcome.INCONCLUSIVE, reason="nobody answered")
    assert case("b").blocked(root).reason == "a@x inconclusive: nobody answered"
