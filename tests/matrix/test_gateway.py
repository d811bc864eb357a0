"""Prove the detector of the gateway suites: with every check at work, a fault fails exactly its row."""

from __future__ import annotations

import pytest

from atalaia.checks.catalogue import ALL, GATEWAY
from sandbox.faults.registry import FAULTS
from tests.matrix import authentication, connectivity, cors, headers, rate_limits, routing
from tests.matrix.playing import assert_exactly, assert_healthy, results_of, results_of_fault

MATRIX = {
    name: row
    for area in (routing, rate_limits, cors, headers, authentication)
    for name, row in area.MATRIX.items()
}


def test_the_healthy_sandbox_fails_none(quick_stage, tmp_path):
    assert assert_healthy(results_of(quick_stage, ALL, tmp_path)) >= 300


@pytest.mark.parametrize("name", MATRIX)
def test_a_fault_fails_exactly_its_row(quick_stage, tmp_path, name):
    assert_exactly(MATRIX[name], results_of_fault(quick_stage, name, ALL, tmp_path))


def test_every_check_has_a_fault_that_fails_it():
    caught = {identity.partition("@")[0] for row in MATRIX.values() for identity in row}
    assert caught >= {check.id for check in GATEWAY}


def test_every_fault_has_a_row():
    assert set(MATRIX) | set(connectivity.MATRIX) == set(FAULTS)


def test_there_are_as_many_faults_as_promised():
    assert len(MATRIX) >= 45
