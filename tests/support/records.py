"""Runs as their records say them, for the reports' own tests."""

from __future__ import annotations

from atalaia.checks.check import Finding, Severity
from atalaia.run.results import Outcome, Result, RunRecord, SkipKind

CRITICAL, MAJOR, MINOR = Severity.CRITICAL, Severity.MAJOR, Severity.MINOR


def passed(identity: str) -> Result:
    """A result that says nothing."""
    return _result(identity, Outcome.PASSED, MAJOR)


def failed(identity: str, *findings: Finding, severity: Severity = MAJOR, remedy: str = "", **more) -> Result:
    """A failure; with a finding, if none is given."""
    findings = findings or (Finding(expected="200", observed="503", hop="service"),)
    return _result(identity, Outcome.FAILED, severity, findings=findings, remedy=remedy, **more)


def blocked(identity: str, by: str, severity: Severity = MAJOR) -> Result:
    """A result blocked by check@target."""
    return _result(identity, Outcome.BLOCKED, severity, blocked_by=by, reason=f"{by} failed")


def inconclusive(identity: str, reason: str, severity: Severity = MAJOR) -> Result:
    """A result that could not be measured."""
    return _result(identity, Outcome.INCONCLUSIVE, severity, reason=reason)


def skipped(identity: str, kind: SkipKind, reason: str = "because") -> Result:
    """A result that was not asked for."""
    return _result(identity, Outcome.SKIPPED, MINOR, skip=kind, reason=reason)


def record(*results: Result, **more) -> RunRecord:
    """A finished run of 3.2 s with these results."""
    settings = {
        "run": "20261121T121500Z-ab12cd",
        "environment": "atendeai",
        "safety": "staging",
        "suites": ("connectivity",),
        "started": "2026-11-21T12:15:00.000+00:00",
        "finished": "2026-11-21T12:15:03.214+00:00",
        "complete": True,
        "planned": len(results),
        "results": results,
    }
    return RunRecord(**{**settings, **more})


def _result(identity: str, outcome: Outcome, severity: Severity, **more) -> Result:
    check, target = identity.split("@", 1)
    return Result(check=check, target=target, outcome=outcome, severity=severity, **more)
