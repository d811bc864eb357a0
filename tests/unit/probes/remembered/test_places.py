"""Where plans are kept, and what is left alone there."""

from __future__ import annotations

import os

from atalaia.environment.loader import load
from probes import remembered
from probes.planning.watching import watch_of
from probes.remembered import place_of
from tests.support.remembered_plans import SECRETS, watch


def test_nothing_is_remembered_where_nothing_can_be_written(file, state):
    (state / "probes").rmdir()
    assert watch(file, SECRETS) == watch_of(load(file, SECRETS))
    assert list(state.iterdir()) == [], "whose directory that is has not been settled"
    state.rmdir()
    state.write_text("a file in the directory's place")
    assert watch(file, SECRETS) == watch_of(load(file, SECRETS))


def test_who_only_looks_keeps_nothing(file):
    remembered.watch(file, SECRETS)
    assert not place_of(file).parent.exists()


def test_only_plans_of_ours_are_taken_away_and_only_in_a_directory_of_ours(file, state, tmp_path):
    plans = state / "probes" / "plans"
    plans.mkdir()
    others = [plans / f"{number:024x}.plan" for number in range(60)]
    for number, other in enumerate(others):
        other.write_bytes(b"")
        os.utime(other, (number, number))
    for foreign in ("thesis.doc", "abc.plan", f"{0:024x}.plan.d"):
        (plans / foreign).write_text("precious")
        os.utime(plans / foreign, (1, 1))
    (plans / "directory").mkdir()
    watch(file, SECRETS)
    assert place_of(file).exists()
    assert [other.exists() for other in others] == [False] * 11 + [True] * 49
    assert {"thesis.doc", "abc.plan", f"{0:024x}.plan.d"} < {each.name for each in plans.iterdir()}
    elsewhere = plans.rename(tmp_path / "elsewhere")
    plans.symlink_to(elsewhere)
    before = sorted(elsewhere.iterdir())
    watch(file, {**SECRETS, "BASIC": "another-s3cret"})
    assert sorted(elsewhere.iterdir()) == before
