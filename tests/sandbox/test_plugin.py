"""The plugin: every outcome, serial and spread over workers."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.counting import counting_server
from tests.support.suite_runs import EXPECTED, WORKERS, Run


@pytest.fixture
def server():
    with counting_server() as running:
        yield running


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
