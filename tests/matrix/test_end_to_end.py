"""A handful of rows the whole way: `atalaia check` on a broken sandbox, its exit code, what it says."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.faults.registry import FAULTS
from tests.matrix.connectivity import MATRIX

ROWS = (
    "service-health-down",
    "kong-stopped",
    "certificate-expired",
    "postgres-in-recovery",
    "exposed-admin-api",
)


def check(stage, directory: Path, *arguments: str) -> tuple[int, str, dict]:
    """Run it from another directory; exit code, output, findings.json."""
    command = [sys.executable, "-P", "-m", "atalaia.cli", "check", "connectivity"]
    command += ["--env", str(stage.sandbox.environment_file), *arguments]
    run = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=120)
    file = directory / "out" / "findings.json"
    findings = json.loads(file.read_text()) if file.exists() else {}
    return run.returncode, run.stdout + run.stderr, findings


def outcomes(findings: dict) -> dict[str, str]:
    return {f"{result['check']}@{result['target']}": result["outcome"] for result in findings["results"]}


def test_the_healthy_sandbox_exits_0(stage, tmp_path):
    code, output, findings = check(stage, tmp_path)
    assert code == 0, output
    assert set(outcomes(findings).values()) <= {"passed", "skipped"}
    assert findings["stand_ins"], "a report says what only stands in"
    assert all(len(line) <= 80 for line in output.splitlines()), output
    assert "\x1b" not in output, "no colour where there is no terminal"


@pytest.mark.parametrize("name", ROWS)
def test_a_broken_sandbox_exits_1_and_says_why(stage, tmp_path, name):
    fault = FAULTS[name]
    try:
        asyncio.run(fault.apply(stage.sandbox))
        code, output, findings = check(stage, tmp_path)
        asyncio.run(fault.revert(stage.sandbox))
    except BaseException:
        stage.discard()
        raise
    assert code == 1, output
    failed = {identity for identity, outcome in outcomes(findings).items() if outcome == "failed"}
    assert failed == MATRIX[name]
    for identity in MATRIX[name]:
        assert identity in " ".join(output.split()), output
    assert "Traceback" not in output


def test_two_workers_come_to_the_same_results_as_one(stage, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    fault = FAULTS["service-health-500"]
    asyncio.run(fault.apply(stage.sandbox))
    try:
        _, _, serial = check(stage, tmp_path / "one")
        _, _, parallel = check(stage, tmp_path / "two", "-n", "2")
    finally:
        asyncio.run(fault.revert(stage.sandbox))
    assert outcomes(serial) == outcomes(parallel)


def test_the_plan_is_printed_and_nothing_is_sent(stage, tmp_path):
    served = asyncio.run(stage.sandbox.haproxy("show stat"))
    code, output, findings = check(stage, tmp_path, "--plan")
    assert (code, findings) == (0, {})
    assert "nothing is sent" in output
    assert "load-balancer client 127.64." in output
    assert _front(asyncio.run(stage.sandbox.haproxy("show stat"))) == _front(served)


def _front(statistics: str) -> str:
    """Requests that the public front has seen (req_tot)."""
    names, *rows = (line.split(",") for line in statistics.splitlines() if line)
    front = next(row for row in rows if row[:2] == ["public", "FRONTEND"])
    return front[names.index("req_tot")]


def test_junit_and_allure_are_written_on_request(stage, tmp_path):
    code, output, _ = check(stage, tmp_path, "--junit", "junit.xml", "--allure", "allure")
    assert code == 0, output
    assert 'errors="0" failures="0"' in (tmp_path / "junit.xml").read_text()
    assert list((tmp_path / "allure").glob("*-result.json"))
    assert (tmp_path / "allure" / "environment.properties").exists()


def test_a_selection_that_matches_nothing_exits_3(stage, tmp_path):
    code, output, _ = check(stage, tmp_path, "-k", "no_such_test")
    assert code == 3
    assert "nothing was selected" in output


def test_a_wrong_environment_file_exits_3_without_a_traceback(stage, tmp_path):
    (tmp_path / "wrong.yml").write_text("name: x\nservises: {}\n")
    command = [sys.executable, "-P", "-m", "atalaia.cli", "check", "--env", "wrong.yml"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert run.returncode == 3
    assert "wrong.yml:2" in run.stderr
    assert "services" in run.stderr, "did you mean"
    assert "Traceback" not in run.stderr
