"""Plays a case end to end: the bundled target, `atalaia load run`, and what disturbs the generator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from loadtests.document import LoadRecord
from loadtests.history.keeping import read
from loadtests.proving.behaviour import Behaviour
from loadtests.proving.cases import Case, Disturbance
from loadtests.verdict.model import Outcome

_BEFORE = 3
"""Runs of history that a case about history needs: history.comparison.LEAST."""
_HELD, _LET_GO = 0.8, 0.3
"""Seconds that a starved generator is stopped, and goes on, in turn."""
_WARM_UP = 1.0
"""Seconds."""
_ROOT = Path(__file__).resolve().parents[2]
_EXIT_CODES = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INVALID: 2}


@dataclass(frozen=True)
class Load:
    """How much is sent at a case."""

    rate: int
    """Requests a second."""
    seconds: int
    counted: bool = False
    """Whether failures are counted, as in a smoke run: too few requests to tell a rate of errors. The
    generator may be late by half of the p95 then."""
    p95: str = "200ms"
    """What 95 of 100 requests are to hold."""


@dataclass(frozen=True)
class Played:
    """What came of a case."""

    case: Case
    code: int
    record: LoadRecord | None
    """None where there is none: the run did not get that far."""
    said: str

    @property
    def wrong(self) -> str:
        """What is not as it must be; empty where the gate has judged rightly, for the right reason."""
        if self.record is None:
            return f"no verdict, exit code {self.code}: {self.said[-400:]}"
        verdict = self.record.verdict
        if verdict.outcome is not self.case.outcome:
            return f"{verdict.outcome} instead of {self.case.outcome}: {verdict.because}"
        if self.code != _EXIT_CODES[verdict.outcome]:
            return f"exit code {self.code} with {verdict.outcome}"
        failed = {judgement.what for judgement in verdict.failed}
        flaws = {reason.flaw for reason in verdict.reasons}
        if self.case.because and not failed & set(self.case.because):
            return f"{verdict.outcome} for {', '.join(sorted(failed)) or 'no threshold'}"
        if self.case.flaws and not flaws & set(self.case.flaws):
            return f"{verdict.outcome} for {', '.join(sorted(flaws)) or 'no reason'}"
        return ""


def play(case: Case, load: Load, directory: Path) -> Played:
    """One run of a case, in a directory of its own; its history first, where it needs one."""
    directory.mkdir(parents=True, exist_ok=True)
    for _ in range(_BEFORE if case.before else 0):
        with target(case.before or Behaviour()) as healthy:
            _run(case, load, healthy, directory)
    with target(case.behaviour) as flawed:
        return _run(case, load, flawed, directory, case.disturbance)


@dataclass(frozen=True)
class Target:
    """The bundled target, while it runs."""

    port: int
    asked: threading.Event
    """Set once a request has come."""


@contextmanager
def target(behaviour: Behaviour, log: Path | None = None) -> Iterator[Target]:
    """The bundled target in a process of its own. It ends, and its log is written, with this."""
    command = [sys.executable, "-m", "loadtests.proving.target", json.dumps(asdict(behaviour))]
    if log is not None:
        command += ["--log", str(log)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_importable())
    assert process.stdin is not None
    assert process.stdout is not None
    asked = threading.Event()

    def watch() -> None:
        if process.stdout and process.stdout.readline():
            asked.set()

    watcher = threading.Thread(target=watch, daemon=True)
    try:
        port = int(process.stdout.readline())
        watcher.start()
        yield Target(port, asked)
    finally:
        process.stdin.close()
        process.wait()
        watcher.join()
        process.stdout.close()


def _run(
    case: Case, load: Load, at: Target, directory: Path, disturbance: Disturbance | None = None
) -> Played:
    environment, scenario, out = (directory / name for name in ("proving.yml", "load.yml", "out"))
    environment.write_text(json.dumps(_environment(at.port, load)))
    scenario.write_text(json.dumps(_scenario(case, load)))
    latest = out / "load.json"
    latest.unlink(missing_ok=True)
    process = subprocess.Popen(
        [
            *(sys.executable, "-P", "-m", "atalaia.cli", "load", "run", str(scenario)),
            *("--env", str(environment), "--workers", str(case.workers), "--out", str(out)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=_importable(),
    )  # fmt: skip
    with _disturbed(process.pid, disturbance, at.asked, load):
        said, _ = process.communicate()
    return Played(case, process.returncode, read(latest) if latest.exists() else None, said)


def _environment(port: int, load: Load) -> dict[str, object]:
    """Nothing but the target, and what it is to hold."""
    return {
        "name": "proving",
        "safety": "sandbox",
        "services": {"target": {"url": f"http://127.0.0.1:{port}"}},
        "slo": {"latency_p95": load.p95, "error_rate": "0.1%"},
    }


def _scenario(case: Case, load: Load) -> dict[str, object]:
    return {
        "name": "proving",
        "arrivals": "uniform",
        "stages": [
            {"rate": f"{load.rate}/s", "for": f"{_WARM_UP:g}s", "warm_up": True},
            {"rate": f"{load.rate}/s", "for": f"{load.seconds}s"},
        ],
        "mix": [{"path": "/"}],
        "timeout": "5s",
        "thresholds": {"failures": 0, "error_rate": None} if load.counted else {},
    }


@contextmanager
def _disturbed(
    run: int, disturbance: Disturbance | None, asked: threading.Event, load: Load
) -> Iterator[None]:
    """While inside, the generator of this run is disturbed, once it sends what is measured."""
    if disturbance is None:
        yield
        return
    over = threading.Event()
    disturb = _kill_a_worker if disturbance is Disturbance.WORKER_KILLED else _starve

    def begin() -> None:
        while not asked.wait(0.05):
            if over.is_set():
                return
        if not over.wait(_WARM_UP + load.seconds / 4):
            disturb(run, over)

    thread = threading.Thread(target=begin, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _kill_a_worker(run: int, over: threading.Event) -> None:
    *_, worker = _generators(run)  # the master came first
    worker.kill()


def _starve(run: int, over: threading.Event) -> None:
    stopped = _generators(run)
    while not over.is_set():
        with suppress(psutil.NoSuchProcess):  # its load is over
            for process in stopped:
                process.suspend()
        over.wait(_HELD)
        with suppress(psutil.NoSuchProcess):
            for process in stopped:
                process.resume()
        over.wait(_LET_GO)


def _generators(run: int) -> list[psutil.Process]:
    """The processes of a run's generator."""
    below = sorted(psutil.Process(run).children(recursive=True), key=psutil.Process.create_time)
    return [process for process in below if "loadtests.generator" in process.cmdline()]


def _importable() -> dict[str, str]:
    """This process's environment, in which another Python finds the same Atalaia."""
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}
