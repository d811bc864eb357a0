"""Prove the detector of the metrics suites: with connectivity beside them, a fault fails exactly its row."""

from __future__ import annotations

import pytest

from atalaia.checks.catalogue import CONNECTIVITY, DRILL, METRICS
from tests.matrix.metrics import DRILL_MATRIX, MATRIX
from tests.matrix.playing import assert_exactly, assert_healthy, results_of, results_of_fault


def test_the_healthy_sandbox_fails_none(quick_stage, tmp_path):
    assert assert_healthy(results_of(quick_stage, METRICS, tmp_path)) >= 100


@pytest.mark.parametrize("name", MATRIX)
def test_a_fault_fails_exactly_its_row(quick_stage, tmp_path, name):
    assert_exactly(MATRIX[name], results_of_fault(quick_stage, name, CONNECTIVITY + METRICS, tmp_path))


def test_the_healthy_sandbox_passes_its_drill(quick_stage, tmp_path):
    assert assert_healthy(results_of(quick_stage, DRILL, tmp_path)) >= len(DRILL)


@pytest.mark.parametrize("name", DRILL_MATRIX)
def test_a_fault_fails_exactly_its_row_in_a_drill(quick_stage, tmp_path, name):
    assert_exactly(DRILL_MATRIX[name], results_of_fault(quick_stage, name, DRILL, tmp_path))


def test_every_check_has_a_fault_that_fails_it():
    rows = (*MATRIX.values(), *DRILL_MATRIX.values())
    caught = {identity.partition("@")[0] for row in rows for identity in row}
    assert caught >= {check.id for check in METRICS + DRILL}


def test_there_are_as_many_faults_as_promised():
    assert len(MATRIX) + len(DRILL_MATRIX) >= 32
