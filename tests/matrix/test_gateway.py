"""Prove the detector of the gateway suites: with all suites at work, a fault fails exactly its row.

The checks that use limiters up take most of a run's time. They are at work in the rows that name one of
them, and in every row of tests/prove/test_matrix.py.
"""

from __future__ import annotations

import pytest

from atalaia.checks.catalogue import CONNECTIVITY, GATEWAY
from sandbox.faults.registry import FAULTS
from tests.matrix import connectivity, metrics
from tests.matrix.gateway import MATRIX, checks_at_work
from tests.matrix.playing import assert_exactly, assert_healthy, results_of, results_of_fault


def test_the_healthy_sandbox_fails_none(quick_stage, tmp_path):
    assert assert_healthy(results_of(quick_stage, CONNECTIVITY + GATEWAY, tmp_path)) >= 300


@pytest.mark.parametrize("name", MATRIX)
def test_a_fault_fails_exactly_its_row(quick_stage, tmp_path, name):
    row = MATRIX[name]
    assert_exactly(row, results_of_fault(quick_stage, name, checks_at_work(row), tmp_path))


def test_every_check_has_a_fault_that_fails_it():
    caught = {identity.partition("@")[0] for row in MATRIX.values() for identity in row}
    assert caught >= {check.id for check in GATEWAY}


def test_every_fault_has_a_row():
    rows = (MATRIX, connectivity.MATRIX, metrics.MATRIX, metrics.DRILL_MATRIX)
    assert {name for matrix in rows for name in matrix} == set(FAULTS)


def test_there_are_as_many_faults_as_promised():
    assert len(MATRIX) >= 45
