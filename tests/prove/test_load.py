"""The gate of load tests proves itself: every flaw gets its verdict, for its reason, again and again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from loadtests.proving.cases import CASES, Case
from loadtests.proving.staging import Load, play
from tests.support.sandboxes import state_directory

RUNS = int(os.environ.get("ATALAIA_PROVE_RUNS", "10"))
LOAD = Load(rate=400, seconds=12)
"""Requests enough to tell a rate of errors from 0.1 %, and a freeze of the target's in every run."""


@pytest.mark.parametrize("number", range(RUNS))
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_gate_judges_rightly(tmp_path: Path, case: Case, number: int) -> None:
    with state_directory():
        played = play(case, LOAD, tmp_path)
    assert not played.wrong, played.said
