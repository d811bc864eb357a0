"""The plugin: every outcome, serial and spread over workers; findings.json whole whatever ends the run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest

from tests.support.counting import counting_server

SUITE = '''
"""A suite of its own, with one check for every outcome."""
from datetime import date

from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity
from atalaia.environment import Effect
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from suites.holds import holds


def request(path):
    def observes(environment, target):
        url = environment.services["auth-service"].url
        return (HttpRequest(key=f"http {path}", hop=Hop.SERVICE, url=url, target=path),)
    return observes


def status(seen, expected):
    (exchange,) = seen
    if exchange.response is None:
        return Inconclusive(str(exchange.failure))
    if exchange.response.status == 200:
        return []
    return [Finding(expected="200", observed=str(exchange.response.status), hop="service")]


def check(id, path="/ok", judge=status, targets=("one",), **more):
    return Check(id=id, severity=Severity.MAJOR, catches="c", remedy="r", source="s", observes=request(path),
                 targets=targets if callable(targets) else lambda environment: targets, judge=judge, **more)


PASSES = check("t.passes", targets=("one", "two", "three", "four"))
FAILS = check("t.fails", "/status/503")
BLOCKED = check("t.blocked", requires=lambda environment, target: ((FAILS, "one"),))
UNSURE = check("t.unsure", judge=lambda seen, expected: Inconclusive("nobody knows"))
UNDECLARED = check("t.undeclared", targets=lambda environment: NotDeclared("stores.redis"))
NOT_ALLOWED = check("t.pages", effect=Effect.PAGES)
ACCEPTED = check("t.accepted", "/status/500")
FIXED = check("t.fixed")


@holds(PASSES)
def test_passes(case, hold): hold(case)

@holds(FAILS)
def test_fails(case, hold): hold(case)

@holds(BLOCKED)
def test_blocked(case, hold): hold(case)

@holds(UNSURE)
def test_unsure(case, hold): hold(case)

@holds(UNDECLARED)
def test_undeclared(case, hold): hold(case)

@holds(NOT_ALLOWED)
def test_not_allowed(case, hold): hold(case)

@holds(ACCEPTED)
def test_accepted(case, hold): hold(case)

@holds(FIXED)
def test_fixed(case, hold): hold(case)
'''

FURTHER = {
    "broken": """
def broken(seen, expected): raise RuntimeError("a judge that is wrong")

@holds(check("t.broken", judge=broken))
def test_broken(case, hold): hold(case)
""",
    "vacuous": """
@holds(check("t.vacuous"))
def test_vacuous(case, hold): pass
""",
    "hang": """
@holds(check("t.hangs", "/hang"))
def test_hangs(case, hold): hold(case)
""",
    "crash": """
import os, signal

@holds(check("t.crashes"))
def test_crashes(case, hold): os.kill(os.getpid(), signal.SIGKILL)
""",
}

EXPECTED = {
    "t.passes@one": "passed",
    "t.passes@two": "passed",
    "t.passes@three": "passed",
    "t.passes@four": "passed",
    "t.fails@one": "failed",
    "t.blocked@one": "blocked",
    "t.unsure@one": "inconclusive",
    "t.undeclared@-": "skipped",
    "t.pages@one": "skipped",
    "t.accepted@one": "failed",
    "t.fixed@one": "failed",
}

WORKERS = pytest.mark.parametrize("workers", [0, 2], ids=["serial", "two-workers"])


@pytest.fixture
def server():
    with counting_server() as running:
        yield running


class Run:
    """A live run of a suite in a directory of its own."""

    def __init__(self, directory: Path, server, further: str = "", timeout: str = "5s") -> None:
        self.directory = directory
        (directory / "test_suite.py").write_text(SUITE + FURTHER.get(further, ""))
        (directory / "env.yml").write_text(
            "name: example\nsafety: staging\n"
            f"deadlines: {{connect: 1s, total: {timeout}}}\n"
            f"services: {{auth-service: {{url: '{server.url}'}}}}\n"
            "accepted:\n"
            "  - {check: t.accepted, target: one, reason: ticket 7, until: 2099-01-01}\n"
            "  - {check: t.fixed, target: one, reason: ticket 8, until: 2099-01-01}\n"
        )

    def start(self, workers: int = 0, *more: str, **variables: str) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "-P",
            "-m",
            "pytest",
            "-c",
            str(files("suites") / "live.toml"),
            "test_suite.py",
        ]
        command += ["--rootdir", ".", "--env", "env.yml", "--run-id", "r1", *more]
        if workers:
            command += ["-p", "xdist", "-n", str(workers), "--dist", "load", "--max-worker-restart=0"]
        environment = {
            **os.environ,
            "ATALAIA_STATE_DIR": str(self.directory / "state"),
            "COLUMNS": "80",
        } | variables
        environment.pop("ATALAIA_ENV", None)
        return subprocess.Popen(
            command,
            cwd=self.directory,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def finish(self, workers: int = 0, *more: str) -> str:
        output, _ = self.start(workers, *more).communicate(timeout=60)
        return output

    @property
    def findings(self) -> dict:
        latest = json.loads((self.directory / "out" / "findings.json").read_text())
        assert latest == json.loads((self.directory / "out" / "runs" / "r1" / "findings.json").read_text())
        return latest

    @property
    def outcomes(self) -> dict[str, str]:
        return {
            f"{result['check']}@{result['target']}": result["outcome"] for result in self.findings["results"]
        }


@WORKERS
def test_every_outcome_reaches_findings_json(tmp_path, server, workers):
    run = Run(tmp_path, server)
    output = run.finish(workers)
    assert run.outcomes == EXPECTED, output
    findings = run.findings
    assert findings["planned"] == len(EXPECTED)
    assert (findings["complete"], findings["interrupted"], findings["defects"]) == (True, False, [])
    by_id = {result["check"]: result for result in findings["results"]}
    assert by_id["t.blocked"]["blocked_by"] == "t.fails@one"
    assert by_id["t.accepted"]["accepted"] == "ticket 7 (until 2099-01-01)"
    assert by_id["t.undeclared"]["skip"] == "not-declared"
    assert by_id["t.pages"]["skip"] == "not-allowed"
    assert by_id["t.fails"]["findings"] == [
        {"expected": "200", "observed": "503", "hop": "service", "cause": ""}
    ]


@WORKERS
def test_the_stack_sees_each_request_once(tmp_path, server, workers):
    Run(tmp_path, server).finish(workers)
    assert dict(server.counts) == {"/ok": 1, "/status/503": 1, "/status/500": 1}


@WORKERS
def test_a_defect_of_ours_is_an_error_and_not_a_failure_of_the_stack(tmp_path, server, workers):
    run = Run(tmp_path, server, "broken")
    run.finish(workers, "--junit-xml", "junit.xml")
    assert "a judge that is wrong" in " ".join(run.findings["defects"])
    assert not run.findings["complete"]
    assert run.outcomes["t.broken@one"] == "inconclusive"
    junit = (tmp_path / "junit.xml").read_text()
    assert 'errors="1"' in junit
    assert 'failures="2"' in junit


def test_a_test_that_never_holds_its_case_is_a_defect(tmp_path, server):
    run = Run(tmp_path, server, "vacuous")
    run.finish()
    assert "never called hold(case)" in " ".join(run.findings["defects"])
    assert run.outcomes["t.vacuous@one"] == "inconclusive"


def test_junit_says_blocked_and_inconclusive_first(tmp_path, server):
    Run(tmp_path, server).finish(0, "--junit-xml", "junit.xml")
    junit = (tmp_path / "junit.xml").read_text()
    assert 'message="blocked: ' in junit
    assert 'message="inconclusive: nobody knows"' in junit
    assert '<property name="check" value="t.fails" />' in junit


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


def test_without_an_environment_the_plugin_says_what_to_give(tmp_path, server):
    run = Run(tmp_path, server)
    process = run.start(0, "--env", "nowhere.yml")
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 4
    assert "nowhere.yml" in output
    assert "Traceback" not in output
    assert not (tmp_path / "out").exists()


def test_the_toolkits_own_tests_write_no_findings(tmp_path):
    (tmp_path / "test_plain.py").write_text("def test_it(): assert True\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "suites.plugin", "--rootdir", ".", "test_plain.py"]
    subprocess.run(
        command, cwd=tmp_path, check=True, capture_output=True, env={**os.environ, "ATALAIA_ENV": "x"}
    )
    assert not (tmp_path / "out").exists()


def _until(condition, timeout: float = 10) -> None:
    """Wait until the condition holds. Raises TimeoutError."""
    end = time.monotonic() + timeout
    tick = 0.01
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("it never came true")
        signal.sigtimedwait([], tick)
