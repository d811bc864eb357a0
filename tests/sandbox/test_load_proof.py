"""Once and small: every flaw of the bundled target gets its verdict. `make prove-load` does it at length."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from loadtests.proving.behaviour import Behaviour
from loadtests.proving.cases import CASES, Case
from loadtests.proving.staging import Load, play

LOAD = Load(rate=100, seconds=4, counted=True, p95="1s")
"""Limits that a busy machine holds, too."""
OBVIOUS = {
    # The first freeze must fall into so short a load, and what is slower be told on a busy machine.
    "freezes": Behaviour(frozen=2.0, first=2.0),
    "late": Behaviour(late=0.06, by=1.1),
    "slower": Behaviour(delay=0.15),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_gate_judges_rightly(tmp_path: Path, case: Case) -> None:
    obvious = replace(case, behaviour=OBVIOUS.get(case.name, case.behaviour))
    played = play(obvious, LOAD, tmp_path)
    assert not played.wrong, played.said
