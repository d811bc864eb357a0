"""Prove the detector: every fault fails exactly its row, and every check has a fault that fails it."""

from __future__ import annotations

import pytest

from atalaia.checks.catalogue import CONNECTIVITY
from tests.matrix.connectivity import MATRIX
from tests.matrix.playing import assert_exactly, assert_healthy, results_of, results_of_fault


def test_the_healthy_sandbox_fails_none(stage, tmp_path):
    assert assert_healthy(results_of(stage, CONNECTIVITY, tmp_path)) >= 100


@pytest.mark.parametrize("name", MATRIX)
def test_a_fault_fails_exactly_its_row(stage, tmp_path, name):
    assert_exactly(MATRIX[name], results_of_fault(stage, name, CONNECTIVITY, tmp_path))


def test_every_check_has_a_fault_that_fails_it():
    caught = {identity.partition("@")[0] for row in MATRIX.values() for identity in row}
    assert caught == {check.id for check in CONNECTIVITY}
