"""The state file: what was recorded is counted once, whatever happens in between."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from probes.model import Reason, Run
from probes.state import State, StateUnusable
from probes.state.settling import KEPT
from probes.totals import EDGES, Totals
from tests.support.probe_runs import NOW, VANTAGE, failed, planned, retried, run, worked

ROOT = Path(__file__).resolve().parents[3]
AUTH, CHAT = planned("auth-service"), planned("chat-service")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "probes" / "atendeai.sqlite"


@pytest.fixture
def state(path: Path) -> Iterator[State]:
    with State(path, now=NOW) as state:
        yield state


def play(state: State, one: Run) -> Totals:
    """A whole run; the totals of its first probe."""
    state.begin(one.id, VANTAGE, one.started)
    state.record(one.id, one.results)
    counters = state.settle(one)
    return counters.of[one.results[0].planned.name]


def test_totals_grow_from_run_to_run_and_from_process_to_process(path: Path) -> None:
    for number, result in enumerate((worked(at=NOW), retried(at=NOW + 60), failed(at=NOW + 120))):
        with State(path, now=NOW) as state:
            totals = play(state, run(result, id=f"r{number}", at=NOW + 60 * number))
    assert (totals.runs, totals.attempts, totals.successes, totals.first_try) == (3, 4, 2, 1)
    assert totals.seconds == pytest.approx(0.025)
    assert sum(totals.buckets) == 3
    assert totals.buckets[EDGES.index(0.025)] == 2


def test_failures_in_a_row_are_those_of_the_stack(state: State) -> None:
    seen = [failed, failed, partial(failed, reason=Reason.UNMEASURED), failed, worked, failed]
    rows = [
        play(state, run(result(at=NOW + 60 * number), id=f"r{number}", at=NOW + 60 * number)).failing
        for number, result in enumerate(seen)
    ]
    assert rows == [1, 2, 2, 3, 0, 1]


def test_of_a_run_that_says_nothing_about_the_stack_only_its_attempts_are_counted(state: State) -> None:
    """It would use up an objective's budget for what nobody has measured."""
    seen = [worked, partial(failed, reason=Reason.UNMEASURED), partial(failed, reason=Reason.BLOCKED), failed]
    for number, result in enumerate(seen):
        totals = play(state, run(result(at=NOW + 60 * number), id=f"r{number}", at=NOW + 60 * number))
    assert (totals.runs, totals.attempts, totals.successes, sum(totals.buckets)) == (2, 4, 1, 2)


def test_a_result_is_counted_once_however_often_it_is_told(state: State) -> None:
    one = run(worked(AUTH), worked(CHAT))
    state.begin(one.id, VANTAGE, NOW)
    state.record(one.id, one.results)
    state.record(one.id, one.results)
    state.settle(one)
    assert state.settle(one).of["auth-service"].runs == 1


def test_what_was_not_recorded_is_when_the_run_is_settled(state: State) -> None:
    one = run(worked(AUTH), failed(CHAT))
    state.begin(one.id, VANTAGE, NOW)
    state.record(one.id, one.results[:1])
    counters = state.settle(one)
    assert {name: totals.runs for name, totals in counters.of.items()} == {
        "auth-service": 1,
        "chat-service": 1,
    }


def test_results_of_earlier_runs_that_are_told_again_count_no_second_time(state: State) -> None:
    play(state, run(worked(AUTH), worked(CHAT)))
    earlier = state.last(VANTAGE, [CHAT])["chat-service"]
    later = run(worked(AUTH, at=NOW + 60), id="r2", at=NOW + 60)
    state.begin(later.id, VANTAGE, later.started)
    counters = state.settle(replace(later, results=(*later.results, earlier)))
    assert counters.of["auth-service"].runs == 2
    assert counters.of["chat-service"].runs == 1


def test_the_last_result_comes_back_as_it_was(state: State) -> None:
    told = worked(
        AUTH,
        information={"probe_tls_version_info": {"version": "TLS 1.3"}},
        shown={"request": "GET /health", "answer": {"status": 200}},
    )
    play(state, run(told, failed(CHAT, detail="refused by 127.0.0.1")))
    assert state.last(VANTAGE, [AUTH, CHAT]) == {
        "auth-service": told,
        "chat-service": failed(CHAT, detail="refused by 127.0.0.1"),
    }


def test_of_a_retried_one_it_says_so(state: State) -> None:
    play(state, run(retried(AUTH)))
    again = state.last(VANTAGE, [AUTH])["auth-service"]
    assert (len(again.attempts), again.success, again.first_try) == (2, True, False)


def test_a_target_that_moved_is_another_series(state: State) -> None:
    play(state, run(worked(AUTH)))
    moved = replace(AUTH, instance="http://elsewhere.test/health")
    assert state.last(VANTAGE, [moved]) == {}
    assert play(state, run(worked(moved, at=NOW + 60), id="r2")).runs == 1


def test_an_invalid_run_counts_nothing(state: State) -> None:
    play(state, run(worked(AUTH)))
    assert play(state, run(failed(AUTH, at=NOW + 60), id="r2", valid=False)).runs == 1
    assert state.last(VANTAGE, [AUTH])["auth-service"].success


def test_the_negative_control_is_not_counted(state: State) -> None:
    control = planned("negative-control", "tcp", expects_failure=True)
    one = run(worked(AUTH), failed(control))
    state.begin(one.id, VANTAGE, NOW)
    state.record(one.id, one.results)
    assert set(state.settle(one).of) == {"auth-service"}


def test_a_clock_that_is_set_back_takes_nothing_from_the_totals(state: State) -> None:
    play(state, run(worked(AUTH, at=NOW)))
    back = NOW - 7200
    assert play(state, run(failed(AUTH, at=back), id="r2", at=back)).runs == 2
    last = state.last(VANTAGE, [AUTH])["auth-service"]
    assert (last.success, last.last.started) == (False, back)


def test_results_are_kept_for_35_days_and_totals_for_ever(state: State) -> None:
    play(state, run(worked(AUTH, at=NOW)))
    later = NOW + KEPT + 7200
    assert play(state, run(worked(AUTH, at=later), id="r2", at=later)).runs == 2
    assert [at for (at,) in state.rows("SELECT at FROM results")] == [later]
    assert [name for (name,) in state.rows("SELECT name FROM runs")] == ["r2"]


def record_in_a_process_that_is_killed(path: Path, *, control: bool = False) -> None:
    """A run that gets as far as recording."""
    script = f"""
import os, signal
from pathlib import Path
from probes.state import State
from tests.support.probe_runs import NOW, VANTAGE, failed, planned, worked
state = State(Path({str(path)!r}), now=NOW)
state.begin("killed", VANTAGE, NOW)
state.record("killed", [worked(planned("auth-service"))])
if {control}:
    state.record("killed", [worked(planned("negative-control", "tcp", expects_failure=True))])
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert killed.returncode == -9, killed.stderr


def test_what_a_killed_run_had_recorded_is_counted_by_the_next_one(path: Path) -> None:
    record_in_a_process_that_is_killed(path)
    with State(path, now=NOW) as state:
        assert play(state, run(worked(AUTH, at=NOW + 60), id="r2", at=NOW + 60)).runs == 2
        assert play(state, run(worked(AUTH, at=NOW + 120), id="r3", at=NOW + 120)).runs == 3


def test_the_last_result_is_also_that_of_a_run_that_was_killed(path: Path) -> None:
    record_in_a_process_that_is_killed(path)
    with State(path, now=NOW) as state:
        assert state.last(VANTAGE, [AUTH])["auth-service"].last.started == NOW


def test_a_killed_run_whose_negative_control_had_not_failed_is_not_believed(path: Path) -> None:
    record_in_a_process_that_is_killed(path, control=True)
    with State(path, now=NOW) as state:
        assert play(state, run(worked(AUTH, at=NOW + 60), id="r2", at=NOW + 60)).runs == 1


def test_a_run_that_is_still_under_way_is_left_to_its_process(path: Path) -> None:
    with State(path, now=NOW) as one, State(path, now=NOW) as other:
        one.begin("r1", VANTAGE, NOW)
        one.record("r1", [worked(AUTH)])
        assert play(other, run(worked(CHAT), id="r2")).runs == 1
        assert other.settle(run(worked(CHAT), id="r2")).of["chat-service"].runs == 1
        assert one.settle(run(worked(AUTH))).of["auth-service"].runs == 1


def test_a_run_that_could_not_be_settled_is_with_the_next_one(state: State) -> None:
    state.begin("r1", VANTAGE, NOW)
    state.record("r1", [worked(AUTH)])
    pages = next(iter(state.rows("PRAGMA page_count")))[0]
    list(state.rows(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StateUnusable, match="full"):
        state.settle(run(worked(AUTH), *(worked(planned(f"p{number}")) for number in range(500))))
    list(state.rows("PRAGMA max_page_count = 100000"))
    assert play(state, run(worked(AUTH, at=NOW + 60), id="r2", at=NOW + 60)).runs == 2


def test_what_another_container_left_is_counted_after_an_hour(path: Path) -> None:
    with State(path, now=NOW) as state:
        state.begin("r1", VANTAGE, NOW)
        state.record("r1", [worked(AUTH)])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE runs SET owner = 'another-boot pid:[1] 7 42'")
    with State(path, now=NOW) as state:
        soon, late = NOW + 60, NOW + 3601
        assert play(state, run(worked(AUTH, at=soon), id="r2", at=soon)).runs == 1
        assert play(state, run(worked(AUTH, at=late), id="r3", at=late)).runs == 3


def broken(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.mark.parametrize("content", [b"no database at all " * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_broken_file_is_moved_aside_and_said(path: Path, content: bytes) -> None:
    broken(path, content)
    with State(path, now=NOW) as state:
        assert play(state, run(worked(AUTH))).runs == 1
    (note,) = state.notes
    aside = next(path.parent.glob("*.broken-*"))
    assert aside.read_bytes() == content
    assert str(aside) in note
    assert "counters begin anew" in note


def test_a_file_that_breaks_within_a_run_loses_nothing_of_the_run(path: Path) -> None:
    with State(path, now=NOW) as state:
        play(state, run(*(worked(planned(f"p{number}")) for number in range(300))))
    size = path.stat().st_size
    with State(path, now=NOW) as state:
        one = run(*(worked(planned(f"p{number}"), at=NOW + 60) for number in range(300)), id="r2")
        state.begin(one.id, VANTAGE, NOW + 60)
        state.record(one.id, one.results[:100])
        list(state.rows("PRAGMA wal_checkpoint(TRUNCATE)"))
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xa5" * (size - 4096))
        state.record(one.id, one.results[100:200])
        counters = state.settle(one)
    assert {totals.runs for totals in counters.of.values()} == {1}
    assert len(counters.of) == 300
    assert len(state.notes) == 1
    with State(path, now=NOW) as state:
        assert len(state.last(VANTAGE, [one.planned for one in one.results])) == 300


def test_a_file_of_another_version_is_moved_aside_too(path: Path) -> None:
    with State(path, now=NOW) as state:
        play(state, run(worked(AUTH)))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with State(path, now=NOW + 1) as state:
        assert "version 99" in state.notes[0]
        assert play(state, run(worked(AUTH), id="r2")).runs == 1


def test_counters_say_from_when_on_they_count(path: Path) -> None:
    for later in (0.0, 60.0):
        with State(path, now=NOW + later) as state:
            state.begin("r1", VANTAGE, NOW)
            assert state.settle(run(worked(AUTH))).since == NOW


def test_a_file_that_is_full_is_unusable_and_counts_nothing_of_the_run(state: State, path: Path) -> None:
    play(state, run(worked(AUTH)))
    pages = next(iter(state.rows("PRAGMA page_count")))[0]
    list(state.rows(f"PRAGMA max_page_count = {pages}"))
    many = [worked(planned(f"p{number}"), detail="x" * 300) for number in range(500)]
    with pytest.raises(StateUnusable, match="full") as caught:
        state.record("r2", [worked(AUTH, at=NOW + 60), *many])
    assert str(path) in str(caught.value)
    list(state.rows("PRAGMA max_page_count = 100000"))
    assert play(state, run(worked(AUTH, at=NOW + 120), id="r3")).runs == 2


def test_a_directory_that_cannot_be_used_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateUnusable, match="File exists"):
        State(tmp_path / "file" / "atendeai.sqlite", now=NOW)


def test_only_its_owner_reads_the_file(state: State, path: Path) -> None:
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
