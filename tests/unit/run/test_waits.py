"""Waits for limiters' windows: noted by every process, counted once where they overlap."""

from __future__ import annotations

from atalaia.run.waits import Waits, covered


def test_waits_that_overlap_count_once():
    assert covered([(0, 10), (5, 12), (20, 21)], now=100) == 13


def test_a_wait_counts_as_far_as_it_went():
    assert covered([(0, 60)], now=10) == 10
    assert covered([(50, 60)], now=10) == 0


def test_none_is_no_time():
    assert covered([], now=100) == 0


def test_processes_note_their_waits_in_one_file(tmp_path):
    Waits(tmp_path).note(1.5, 2.5)
    Waits(tmp_path).note(3.0, 4.0)
    Waits(tmp_path).note(5.0, 4.0)
    assert Waits(tmp_path).intervals() == ((1.5, 2.5), (3.0, 4.0))


def test_a_run_that_waited_for_nothing_has_none(tmp_path):
    assert Waits(tmp_path).intervals() == ()
