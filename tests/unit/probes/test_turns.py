"""The daemon's own schedule."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import pairwise

from probes.serve.turns import Turns
from tests.support.probe_runs import NOW, planned

MONO = 5000.0


def turns_of(*names: str, interval: float = 60.0, wall: float = NOW, monotonic: float = MONO) -> Turns:
    every = [planned(name, interval=timedelta(seconds=interval)) for name in names]
    return Turns(every, wall=wall, monotonic=monotonic)


def moments(turns: Turns, until: float) -> list[tuple[str, float]]:
    """All turns up to a moment, each taken when it comes."""
    found = []
    while turns.next <= until:
        found += [(one.name, moment) for one, moment in turns.take(turns.next)]
    return found


def test_each_probe_has_one_turn_in_each_interval() -> None:
    found = moments(turns_of("a", "b", "c"), MONO + 600)
    assert {name: sum(one == name for one, _ in found) for name in "abc"} == {"a": 10, "b": 10, "c": 10}


def test_turns_do_not_drift() -> None:
    """A day of turns, each taken somewhat late."""
    turns, late = turns_of("a"), 0.7
    found = []
    while turns.next < MONO + 86400:
        found += [moment for _, moment in turns.take(turns.next + late)]
    assert len(found) == 1440
    assert all(abs(after - before - 60) < 1e-6 for before, after in pairwise(found))


def test_a_restart_moves_no_turn() -> None:
    before = moments(turns_of("a", "b"), MONO + 120)
    again = moments(turns_of("a", "b", wall=NOW + 1000, monotonic=77.0), 77.0 + 120)
    phases = {(name, round((moment - MONO + NOW) % 60, 3)) for name, moment in before}
    assert phases == {(name, round((moment - 77.0 + NOW + 1000) % 60, 3)) for name, moment in again}


def test_turns_that_were_missed_are_left_out() -> None:
    turns = turns_of("a")
    turns.take(turns.next)
    missed = turns.take(turns.next + 300)
    assert len(missed) == 1
    assert turns.next > missed[0][1] + 300 - 1e-6


def test_without_probes_there_is_no_turn() -> None:
    turns = turns_of()
    assert turns.next == math.inf
    assert turns.take(MONO + 1e9) == []
