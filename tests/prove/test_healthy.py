"""The healthy sandbox, again and again: only passed, or skipped as not declared."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from sandbox import launcher
from tests.support.sandboxes import state_directory

RUNS = int(os.environ.get("ATALAIA_PROVE_RUNS", "20"))


@pytest.fixture(scope="module")
def sandbox():
    with state_directory(), launcher.running() as running:
        yield running


@pytest.mark.parametrize("number", range(RUNS))
def test_a_healthy_stack_fails_nothing(sandbox, tmp_path, number):
    command = [sys.executable, "-P", "-m", "atalaia.cli", "check", "--env", str(sandbox.environment_file)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    findings = json.loads((tmp_path / "out" / "findings.json").read_text())
    odd = [
        result
        for result in findings["results"]
        if result["outcome"] != "passed" and result["skip"] != "not-declared"
    ]
    assert not odd, run.stdout
    assert run.returncode == 0, run.stdout + run.stderr
