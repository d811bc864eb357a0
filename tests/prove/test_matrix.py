"""Every fault of the gateway's matrix, with every suite that follows a deploy at work."""

from __future__ import annotations

import pytest

from atalaia.checks.catalogue import CONNECTIVITY, GATEWAY, METRICS
from tests.matrix.gateway import MATRIX
from tests.matrix.playing import assert_exactly, results_of_fault
from tests.matrix.stage import Stage
from tests.support.sandboxes import state_directory


@pytest.fixture(scope="session")
def quick_stage():
    with state_directory():
        yield Stage("short")


@pytest.mark.parametrize("name", MATRIX)
def test_a_fault_fails_exactly_its_row(quick_stage, tmp_path, name):
    assert_exactly(
        MATRIX[name], results_of_fault(quick_stage, name, CONNECTIVITY + GATEWAY + METRICS, tmp_path)
    )
