"""The state file on a disk that is full, and under several processes at once, one of which is killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.model import ProbeResult
from probes.state import State, StateUnusable
from tests.support.probe_runs import NOW, VANTAGE, planned, run, worked

ROOT = Path(__file__).resolve().parents[2]
AUTH = planned("auth-service")
_WORKER = """
import sys
from pathlib import Path
from probes.state import State
from tests.support.probe_runs import NOW, VANTAGE, planned, run, worked
path, worker, runs = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
probe = planned("auth-service")
before = 0
for number in range(runs):
    at = NOW + number + worker / 1000
    with State(path, now=NOW) as state:
        assert not state.notes, state.notes
        one = run(worked(probe, at=at), id=f"{worker} {number}", at=at)
        state.begin(one.id, VANTAGE, at)
        state.record(one.id, one.results)
        total = state.settle(one).of["auth-service"].runs
    assert total > before, (total, before)
    before = total
    print(number, flush=True)
"""


def worker(path: Path, number: int, runs: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(path), str(number), str(runs)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def total(path: Path) -> int:
    """What is counted, after what killed runs left."""
    later = NOW + 10_000
    with State(path, now=later) as state:
        state.begin("last", VANTAGE, later)
        return state.settle(run(worked(AUTH, at=later), id="last", at=later)).of["auth-service"].runs


def test_runs_at_once_are_each_counted_once(tmp_path: Path) -> None:
    path = tmp_path / "atendeai.sqlite"
    workers = [worker(path, number, 30) for number in range(3)]
    for each in workers:
        _, errors = each.communicate(timeout=120)
        assert each.returncode == 0, errors
    assert total(path) == 3 * 30 + 1


def test_a_kill_at_any_moment_loses_no_result_that_was_committed_and_counts_none_twice(
    tmp_path: Path,
) -> None:
    path = tmp_path / "atendeai.sqlite"
    chance = random.Random(7)
    settled = begun = 0
    for number in range(6):
        one = worker(path, number, 10_000)
        assert one.stdout
        lines = 0
        for _ in range(chance.randrange(1, 8)):
            assert one.stdout.readline(), one.communicate()[1]
            lines += 1
        time.sleep(chance.random() * 0.02)
        one.send_signal(signal.SIGKILL)
        rest = one.communicate()[0]
        settled += lines + rest.count("\n")
        begun += lines + rest.count("\n") + 1
    counted = total(path) - 1
    # Of each killed process at most one run was under way: committed or not.
    assert settled <= counted <= begun
    with State(path, now=NOW) as state:
        kept = next(iter(state.rows("SELECT COUNT(*) FROM results WHERE at < ?", (NOW + 10_000,))))[0]
    assert kept == counted


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a MiB; only root may have one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(ballast: Path) -> None:
    """Write until nothing more can be."""
    with ballast.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(bytes(1024))
            except OSError:
                return


def begin_and_record(path: Path, at: float, *results: ProbeResult) -> None:
    """A run, up to its results."""
    with State(path, now=at) as state:
        state.begin("r2", VANTAGE, at)
        state.record("r2", results)


def test_a_full_disk_counts_nothing_says_so_and_works_again_once_there_is_room(small_disk: Path) -> None:
    path = small_disk / "probes" / "atendeai.sqlite"
    with State(path, now=NOW) as state:
        state.begin("r1", VANTAGE, NOW)
        assert state.settle(run(worked(AUTH))).of["auth-service"].runs == 1
    ballast = small_disk / "ballast"
    fill(ballast)
    at = NOW + 60
    many = [worked(planned(f"p{number}"), at=at, detail="x" * 300) for number in range(400)]
    with pytest.raises(StateUnusable, match=r"full|disk I/O error") as caught:
        begin_and_record(path, at, worked(AUTH, at=at), *many)
    assert str(path) in str(caught.value)
    assert "not counted" in str(caught.value)
    ballast.unlink()
    later = NOW + 120
    with State(path, now=later) as state:
        assert not state.notes
        state.begin("r3", VANTAGE, later)
        assert state.settle(run(worked(AUTH, at=later), id="r3", at=later)).of["auth-service"].runs == 2
