"""Outcomes and results: what a run says about each check@target."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict, Field

from atalaia.checks.check import Finding, Severity
from atalaia.environment.documented import Documented

_DOCUMENT = ConfigDict(
    frozen=True,
    extra="forbid",
    # For docs/findings.schema.json: every key is written.
    json_schema_serialization_defaults_required=True,
)


class Outcome(StrEnum):
    """What became of a case. Nothing passes because it did not run."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"
    """A prerequisite did not hold; its root is named."""
    INCONCLUSIVE = "inconclusive"
    """Could not be measured, or was not sent for want of budget."""
    SKIPPED = "skipped"


class SkipKind(StrEnum):
    """Why a case was skipped."""

    NOT_DECLARED = "not-declared"
    NOT_ALLOWED = "not-allowed"
    MISSING = "missing"
    """A tool or credential is absent; counts as not measured under --enforce."""


class Result(Documented):
    """The outcome of one case; its identity is (check, target)."""

    model_config = _DOCUMENT

    check: str
    target: str
    outcome: Outcome
    severity: Severity
    findings: tuple[Finding, ...] = ()
    remedy: str = ""
    reason: str = ""
    """Why it was skipped, blocked or inconclusive, or why an accepted defect counts again."""
    skip: SkipKind | None = None
    blocked_by: str | None = None
    """check@target of the root cause."""
    accepted: str | None = None
    """The reason under which the environment accepts this known defect, or the one that blocks this."""

    @property
    def identity(self) -> str:
        """check@target."""
        return f"{self.check}@{self.target}"

    @property
    def root(self) -> str:
        """The check@target that this result comes down to."""
        return self.blocked_by or self.identity


class RunRecord(Documented):
    """The document findings.json: everything one run found out."""

    model_config = ConfigDict(**_DOCUMENT, populate_by_name=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    """Rises when readers have to change."""
    run: str
    environment: str
    safety: str = ""
    suites: tuple[str, ...] = ()
    started: str
    """RFC 3339, UTC."""
    finished: str | None = None
    complete: bool = False
    """Every planned case has a result of its own."""
    interrupted: bool = False
    planned: int = 0
    stand_ins: tuple[str, ...] = ()
    """Parts of the stack that only stand in for the real thing."""
    notes: tuple[str, ...] = ()
    """What the reader should know of the run: samples, budgets, identities."""
    defects: tuple[str, ...] = ()
    """Errors of Atalaia itself."""
    results: tuple[Result, ...] = ()
