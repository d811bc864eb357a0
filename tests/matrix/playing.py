"""Play a fault on a stage, and say what the checks made of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

from atalaia.checks.check import Check
from atalaia.environment.loader import load
from atalaia.run.completion import complete
from atalaia.run.once import execute_once
from atalaia.run.results import Outcome, Result, SkipKind
from sandbox.faults.registry import FAULTS
from tests.matrix.stage import Stage


def results_of(stage: Stage, checks: Iterable[Check], directory: Path) -> tuple[Result, ...]:
    """What the checks make of the sandbox as it is; `directory` becomes the run's."""
    environment = complete(load(stage.sandbox.environment_file, os.environ))
    return asyncio.run(execute_once(environment, checks, directory))


def results_of_fault(stage: Stage, name: str, checks: Iterable[Check], directory: Path) -> tuple[Result, ...]:
    """What the checks make of a fault, which is reverted again; else the stage gets a new sandbox."""
    fault = FAULTS[name]
    try:
        asyncio.run(fault.apply(stage.sandbox))
        results = results_of(stage, checks, directory)
        asyncio.run(fault.revert(stage.sandbox))
    except BaseException:
        stage.discard()
        raise
    return results


def assert_healthy(results: Iterable[Result]) -> int:
    """Everything passed, or is not declared. How many passed."""
    results = tuple(results)
    odd = [
        each for each in results
        if each.outcome is not Outcome.PASSED and each.skip is not SkipKind.NOT_DECLARED
    ]  # fmt: skip
    assert not odd, told(odd)
    return sum(each.outcome is Outcome.PASSED for each in results)


def assert_exactly(row: set[str], results: Iterable[Result]) -> None:
    """The row failed, and nothing else; what did not pass is blocked by the row, or not declared."""
    results = tuple(results)
    failed = [each for each in results if each.outcome is Outcome.FAILED]
    assert {each.identity for each in failed} == row, told(failed)
    others = [
        each
        for each in results
        if not (
            each.outcome in {Outcome.PASSED, Outcome.FAILED}
            or (each.outcome is Outcome.BLOCKED and each.blocked_by in row)
            or each.skip is SkipKind.NOT_DECLARED
        )
    ]
    assert not others, told(others)


def told(results: Iterable[Result]) -> str:
    """Results for the reader of a failed test."""
    return "\n".join(
        f"{each.identity}: {each.outcome} {each.reason} {[finding.observed for finding in each.findings]}"
        for each in results
    )
