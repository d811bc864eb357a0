"""The plugin where something ends the run: findings.json is whole."""

from __future__ import annotations

import signal
import time

import pytest

from tests.support.counting import counting_server
from tests.support.suite_runs import EXPECTED, WORKERS, Run


@pytest.fixture
def server():
    with counting_server() as running:
        yield running


def test_a_killed_worker_leaves_a_whole_document(tmp_path, server):
    run = Run(tmp_path, server, "crash")
    output = run.finish(2)
    findings = run.findings
    assert not findings["complete"], output
    assert len(findings["results"]) == findings["planned"] == len(EXPECTED) + 1
    assert run.outcomes["t.crashes@one"] == "inconclusive"
    assert "a worker process died" in " ".join(findings["notes"])
    for identity, outcome in EXPECTED.items():
        assert run.outcomes[identity] in {outcome, "inconclusive"}


@pytest.mark.parametrize("ready", [False, True], ids=["at once", "while it collects"])
def test_a_worker_that_dies_while_it_starts_is_told_in_a_sentence(tmp_path, server, ready):
    """Killed by the interpreter's own start: before it speaks, or before it has collected."""
    kill = "os.kill(os.getpid(), signal.SIGKILL)"
    if ready:
        run = Run(tmp_path, server)
        suite = tmp_path / "test_suite.py"
        suite.write_text(
            f"import os, signal\nif os.environ.get('PYTEST_XDIST_WORKER'): {kill}\n{suite.read_text()}"
        )
    else:
        run = Run(tmp_path, server)
        (tmp_path / "sitecustomize.py").write_text(
            f"import os, signal, sys\nif sys.orig_argv[-1].startswith('import sys;exec'): {kill}\n"
        )
    process = run.start(2, **({} if ready else {"PYTHONPATH": str(tmp_path)}))
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2, output
    assert "a worker process died while it started" in output
    assert "INTERNALERROR" not in output
    assert "Traceback" not in output


@WORKERS
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_writes_what_it_found(tmp_path, server, workers, number):
    run = Run(tmp_path, server, "hang", timeout="50s")
    process = run.start(workers)
    server.wait_for("/hang")
    journal = tmp_path / "out" / "runs" / "r1" / "results.jsonl"
    _until(lambda: journal.exists() and len(journal.read_text().splitlines()) >= 4)
    process.send_signal(number)
    output, _ = process.communicate(timeout=15)
    findings = run.findings
    assert (findings["interrupted"], findings["complete"]) == (True, False), output
    assert len(findings["results"]) == findings["planned"] == len(EXPECTED) + 1
    assert run.outcomes["t.hangs@one"] == "inconclusive"
    assert output.rstrip().splitlines()[-1].startswith("findings"), output
    assert not any(each in output for each in ("KeyboardInterrupt", "Traceback", "CancelledError")), output
    assert list(run.outcomes.values()).count("passed") >= 1


@pytest.mark.parametrize("already", [1, 2, 3, 5, 7])
def test_a_run_is_interrupted_between_its_cases_and_never_within(tmp_path, server, already):
    """Wherever the signal comes: what Python was just doing is not torn apart by it."""
    run = Run(tmp_path, server, "hang", timeout="50s")
    process = run.start(0)
    journal = tmp_path / "out" / "runs" / "r1" / "results.jsonl"
    _until(lambda: journal.exists() and len(journal.read_text().splitlines()) >= already)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=15)
    assert run.findings["interrupted"] is True, output
    assert output.rstrip().splitlines()[-1].startswith("findings"), output
    assert not any(each in output for each in ("Traceback", "Warning")), output


def _until(condition, timeout: float = 10) -> None:
    """Wait until the condition holds. Raises TimeoutError."""
    end = time.monotonic() + timeout
    tick = 0.01
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("it never came true")
        signal.sigtimedwait([], tick)
