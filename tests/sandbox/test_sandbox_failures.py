"""A sandbox that does not come up: what is said, and that nothing is left of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atalaia.environment.loader import load
from atalaia.errors import ExitCode, NotMeasured, UsageError
from atalaia.state import sandboxes
from sandbox import launcher, stack
from sandbox.ports import SEED_PORTS
from sandbox.record import read, write
from sandbox.stack import SERVERS
from tests.support.sandboxes import processes_below, state_directory


@pytest.fixture
def state() -> Iterator[Path]:
    with state_directory() as state:
        yield state


def start(*arguments: str) -> subprocess.Popen[str]:
    """`atalaia sandbox up` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "atalaia.cli", "sandbox", "up", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def names(state: Path) -> set[str]:
    """The processes on record of the sandbox `cut`."""
    record = state / "sandboxes" / "cut" / "sandbox.json"
    return {one["name"] for one in json.loads(record.read_text())["processes"]} if record.exists() else set()


def shared_memory() -> set[str]:
    """Files and segments of shared memory, whoever made them."""
    segments = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    return {path.name for path in Path("/dev/shm").iterdir()} | {line.split()[1] for line in segments}


@pytest.mark.parametrize("reached", ["redis", "initdb", "postgres"])
def test_down_leaves_nothing_of_a_sandbox_whose_launcher_was_killed(state: Path, reached: str) -> None:
    before = shared_memory()
    launching = start("--id", "cut")
    wait_until(lambda: reached in names(state))
    launching.kill()
    launching.wait()
    assert processes_below(state), "nothing was running yet"
    assert [one.running for one in sandboxes()] == [False]
    launcher.down()
    assert processes_below(state) == []
    assert list((state / "sandboxes").iterdir()) == []
    assert shared_memory() <= before


def test_down_finds_servers_that_the_launcher_had_no_time_to_record(state: Path) -> None:
    sandbox = launcher.up("cut")
    record = read(sandbox.directory)
    for server in ("redis", "postgres"):  # both write over the environment that marks them
        record = record.stopped(server)
    write(record)
    launcher.down("cut")
    assert processes_below(state) == []


def test_a_launcher_that_is_asked_to_end_cleans_up_and_nobody_else_does_meanwhile(state: Path) -> None:
    launching = start("--id", "cut")
    wait_until(lambda: "redis" in names(state))
    with pytest.raises(UsageError, match=f"is being started by process {launching.pid}"):
        launcher.down("cut")
    launching.send_signal(signal.SIGTERM)
    said, _ = launching.communicate(timeout=20)
    assert (launching.returncode, said.strip()) == (ExitCode.NOT_MEASURED, "interrupted")
    assert processes_below(state) == []
    assert list((state / "sandboxes").iterdir()) == []


def test_a_port_that_is_taken_is_named_with_the_server_that_wanted_it(state: Path) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", SEED_PORTS.alertmanager))
            other.listen()
        except OSError:
            pass  # somebody else's server is there, which serves as well
        with pytest.raises(
            NotMeasured, match=r"alertmanager: port 9093 \(alertmanager\) is taken"
        ) as refusal:
            launcher.up(ports="seed")
    assert refusal.value.exit_code == ExitCode.NOT_MEASURED
    assert list((state / "sandboxes").iterdir()) == []


def test_a_server_that_dies_is_named_with_its_last_lines_and_the_others_are_ended(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "redis-server"
    script.write_text('#!/bin/sh\ncat "$1" | grep requirepass\necho "no memory for me"\nexit 7\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(NotMeasured, match="redis: ended with exit code 7 while it was starting") as death:
        launcher.up()
    assert "requirepass [redacted]\n  no memory for me" in str(death.value)
    assert processes_below(state) == []
    assert list((state / "sandboxes").iterdir()) == []


def test_a_directory_that_the_servers_cannot_use_is_refused_before_anything_starts(state: Path) -> None:
    with pytest.raises(UsageError, match="bytes too long for unix sockets"):
        launcher.up(directory=state / ("d" * 80))
    if os.geteuid() == 0:
        (state / "closed").mkdir(mode=0o700)
        with pytest.raises(UsageError, match="may not enter"):
            launcher.up(directory=state / "closed" / "sandbox")
        assert list((state / "closed").iterdir()) == []


@pytest.fixture
def without_postgres_and_haproxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which two of the packages are not installed."""
    for program in {program for server in SERVERS for program in server.programs}:
        if program.package not in {"postgresql", "haproxy"}:
            (tmp_path / program.name).symlink_to(program.path)
    for tool in ("sh",):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sandbox.programs._ELSEWHERE", ())
    monkeypatch.setattr("sandbox.programs._POSTGRESQL", tmp_path / "none")


@pytest.mark.usefixtures("without_postgres_and_haproxy")
def test_missing_programs_are_all_named_with_the_command_that_brings_them(state: Path) -> None:
    with pytest.raises(NotMeasured, match="postgres, initdb, haproxy") as refusal:
        launcher.up()
    assert "apt-get install --no-install-recommends haproxy postgresql" in str(refusal.value)
    assert not (state / "sandboxes").exists()


@pytest.mark.usefixtures("without_postgres_and_haproxy")
def test_a_partial_sandbox_is_what_can_be_there_and_its_environment_says_no_more(state: Path) -> None:
    assert state.exists()
    with launcher.running(partial=True) as partial:
        assert set(partial.blueprint.absent) == {"postgres", "haproxy", "postgres-exporter", "services"}
        assert set(partial.pids) == set(stack.servers(partial.blueprint))
        environment = load(partial.environment_file, {})
    assert environment.load_balancer is None
    assert environment.stores.postgres is None
    assert environment.stores.redis is not None
    assert not environment.services
    assert environment.prometheus is not None
    assert set(environment.prometheus.jobs) == {
        "kong", "redis", "node", "pushgateway", "alertmanager", "prometheus",
    }  # fmt: skip
