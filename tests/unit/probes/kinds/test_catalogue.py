"""Results of checks as attempts of probes."""

from __future__ import annotations

from typing import Any

import pytest

from atalaia.checks.check import Finding, Severity
from atalaia.run.results import Outcome, Result, SkipKind
from probes.kinds.catalogue import told
from probes.model import Reason

FINDING = Finding(expected="a status of 2xx", observed="503")


@pytest.mark.parametrize(
    ("outcome", "more", "reason", "detail"),
    [
        (Outcome.PASSED, {}, None, ""),
        (Outcome.FAILED, {"findings": (FINDING,)}, Reason.CHECK, "503; a status of 2xx wanted"),
        (Outcome.FAILED, {"findings": (FINDING,), "accepted": "OPS-1"}, None, ""),
        (Outcome.BLOCKED, {"reason": "a@b failed"}, Reason.BLOCKED, "a@b failed"),
        (Outcome.BLOCKED, {"reason": "a@b failed", "accepted": "OPS-1"}, None, ""),
        (Outcome.INCONCLUSIVE, {"reason": "too late"}, Reason.UNMEASURED, "too late"),
        (Outcome.SKIPPED, {"skip": SkipKind.MISSING, "reason": "no tool"}, Reason.UNMEASURED, "no tool"),
    ],
)
def test_an_outcome(outcome: Outcome, more: dict[str, Any], reason: Reason | None, detail: str) -> None:
    result = Result(check="a", target="b", outcome=outcome, severity=Severity.MAJOR, **more)
    attempt = told(result, 1.0, 0.5)
    assert (attempt.success, attempt.reason, attempt.detail) == (reason is None, reason, detail)
    assert attempt.shown["outcome"] == outcome.value
