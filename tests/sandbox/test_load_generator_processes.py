"""The generator's processes: one may be killed or hang, and none goes on alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from loadtests import process
from loadtests.measured import Live
from loadtests.process import generate
from tests.support.generated_load import plan
from tests.support.generator_processes import alive, children, is_generator, until, workers
from tests.support.load_target import Target, load_target
from tests.support.standins import free_ports


@pytest.fixture
def target() -> Iterator[Target]:
    with load_target() as target:
        yield target


def test_a_worker_that_is_killed(target: Target) -> None:
    killed: list[int] = []

    def follow(live: Live) -> None:
        if not killed:
            killed.append(workers(os.getpid())[0])
            os.kill(killed[0], signal.SIGKILL)

    measured = generate(plan(target, rate=50, lasts=5), workers=2, follow=follow)
    lost = {each.name.rpartition("/")[2]: each.lost for each in measured.workers}
    assert measured.workers_expected == 2
    assert lost.pop(str(killed[0])) is True
    assert list(lost.values()) == [False]
    assert next(each for each in measured.workers if not each.lost).intended == 125


def test_a_generator_that_hangs_is_not_waited_for(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "SILENT", 2.0)

    def freeze(live: Live) -> None:
        for pid in filter(is_generator, children(os.getpid())):
            os.kill(pid, signal.SIGSTOP)

    measured = generate(plan(target, rate=20, lasts=600), follow=freeze)
    assert "hung" in measured.interrupted
    assert measured.generator


def test_nobody_sends_on_alone(target: Target, tmp_path: Path) -> None:
    """The command is killed: the generator and its workers end, and leave no plan with its tokens behind."""
    (tmp_path / "plan.json").write_text(plan(target, rate=20, lasts=600).model_dump_json())
    script = """
        import sys
        from pathlib import Path
        from loadtests.plan import LoadPlan
        from loadtests.process import generate
        plan = LoadPlan.model_validate_json(Path(sys.argv[1]).read_bytes())
        generate(plan, workers=2, follow=lambda live: print(live.at, flush=True))
    """
    started = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "plan.json")],
        stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert started.stdout is not None
    with started.stdout:
        assert started.stdout.readline()
        generators = children(started.pid)
        everyone = [*generators, *(worker for pid in generators for worker in children(pid))]
        assert len(everyone) == 3
        started.kill()
        started.wait()
    until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() and alive(pid) for pid in everyone))
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_nobody_waits_alone_for_a_master(target: Target, tmp_path: Path) -> None:
    """The command of a worker is killed before there is a master: its process and its plan go with it."""
    (tmp_path / "plan.json").write_text(plan(target).model_dump_json())
    (port,) = free_ports(1)
    script = """
        import sys
        from pathlib import Path
        from loadtests.plan import LoadPlan
        from loadtests.process import Address, work
        plan = LoadPlan.model_validate_json(Path(sys.argv[1]).read_bytes())
        work(plan, Address("127.0.0.1", int(sys.argv[2])))
    """
    started = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "plan.json"), str(port)],
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    until(lambda: any(is_generator(child) for child in children(started.pid)))
    (worker,) = children(started.pid)
    started.kill()
    started.wait()
    until(lambda: not alive(worker))
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
