"""A check is data with a name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from atalaia.environment import Effect, Environment
from atalaia.environment.documented import Documented
from atalaia.exchange.observable import Observable
from atalaia.exchange.seen import Seen


class Severity(StrEnum):
    """Orders findings; it never decides an outcome."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class Finding(Documented, frozen=True, json_schema_serialization_defaults_required=True):
    """One contradiction: what should be, what is, at which hop, and what causes it."""

    expected: str
    observed: str
    hop: str = ""
    cause: str = ""
    """file:line, where a file is the cause."""


@dataclass(frozen=True)
class Inconclusive:
    """A judge's word that what was seen decides nothing, and why."""

    reason: str


@dataclass(frozen=True)
class NotDeclared:
    """The environment does not declare what a check looks at."""

    what: str
    """The key that would declare it: `stores.postgres`."""


Verdict = list[Finding] | Inconclusive
"""No findings: the check passed."""


def no_needs(environment: Environment, target: str) -> tuple[tuple[Check, str], ...]:
    """The check of a target that needs nothing else to hold first."""
    return ()


def nothing_lacks(environment: Environment, target: str) -> str:
    """The lack of a check that can be judged wherever it applies."""
    return ""


def nothing_expected(environment: Environment, target: str) -> None:
    """The expectation of a check whose rule needs no figures from the environment."""


@dataclass(frozen=True)
class Check:
    """A defect that can be found, and how.

    `targets` lists what it applies to, or says what is not declared. For each target: `observes`
    lists what must be seen, `expects` what the environment promises, `requires` which other
    check@target must have passed for this one to mean anything. `judge(seen, expected)` gets the
    payloads in the order of `observes`; it is pure. `alike` names the check@target that stand for this
    one: what is found at one of them too is told there, and here only what is not. `lacks` says what is not
    declared without which a target cannot be judged; empty: nothing.
    """

    id: str
    """Names the defect: `cors.any-origin-with-credentials`."""
    severity: Severity
    catches: str
    """The mistake in the stack that it finds, for people."""
    remedy: str
    """What to do about it."""
    source: str
    """Where the rule comes from: CN01, a standard, a manual."""
    targets: Callable[[Environment], tuple[str, ...] | NotDeclared]
    observes: Callable[[Environment, str], tuple[Observable, ...]]
    judge: Callable[[tuple[Any, ...], Any], Verdict]
    expects: Callable[[Environment, str], Any] = nothing_expected
    requires: Callable[[Environment, str], tuple[tuple[Check, str], ...]] = no_needs
    alike: Callable[[Environment, str], tuple[tuple[Check, str], ...]] = no_needs
    lacks: Callable[[Environment, str], str] = nothing_lacks
    effect: Effect = field(default=Effect.READS)

    def __repr__(self) -> str:
        return f"<Check {self.id}>"


__all__ = [
    "Check",
    "Finding",
    "Inconclusive",
    "NotDeclared",
    "Seen",
    "Severity",
    "Verdict",
]
