"""Prove the detector: every fault fails exactly its row, and every check has a fault that fails it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable

import pytest

from atalaia.checks.catalogue import CONNECTIVITY
from atalaia.environment.loader import load
from atalaia.run.once import execute_once
from atalaia.run.results import Outcome, Result, SkipKind
from sandbox.faults.registry import FAULTS
from tests.matrix.connectivity import MATRIX


def results_of(stage, directory) -> tuple[Result, ...]:
    environment = load(stage.sandbox.environment_file, os.environ)
    return asyncio.run(execute_once(environment, CONNECTIVITY, directory))


def told(results: Iterable[Result]) -> str:
    return "\n".join(
        f"{each.identity}: {each.outcome} {each.reason} {[finding.observed for finding in each.findings]}"
        for each in results
    )


def test_the_healthy_sandbox_fails_none(stage, tmp_path):
    results = results_of(stage, tmp_path)
    sound = {each for each in results if each.outcome is Outcome.PASSED or each.skip is SkipKind.NOT_DECLARED}
    odd = [each for each in results if each not in sound]
    assert not odd, told(odd)
    assert sum(each.outcome is Outcome.PASSED for each in results) >= 100


@pytest.mark.parametrize("name", MATRIX)
def test_a_fault_fails_exactly_its_row(stage, tmp_path, name):
    fault, row = FAULTS[name], MATRIX[name]
    try:
        asyncio.run(fault.apply(stage.sandbox))
        results = results_of(stage, tmp_path)
        asyncio.run(fault.revert(stage.sandbox))
    except BaseException:
        stage.discard()
        raise
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


def test_every_check_has_a_fault_that_fails_it():
    caught = {identity.partition("@")[0] for row in MATRIX.values() for identity in row}
    assert caught == {check.id for check in CONNECTIVITY}


def test_every_fault_has_a_row():
    assert set(MATRIX) == set(FAULTS)
