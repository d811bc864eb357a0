"""The healthy sandbox, fresh again and again: only passed, or skipped as not declared."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import datetime

import pytest

from sandbox import launcher
from tests.support.sandboxes import state_directory

RUNS = int(os.environ.get("ATALAIA_PROVE_RUNS", "20"))
BESIDE_THE_WAITS = 15.0
"""Seconds that the whole gateway suite may take beyond the windows that it has to wait for."""
FRONT_LIMITER = "load-balancer"
"""Target of what may be inconclusive in a second run: the front remembers the first one."""


def check(environment: str, directory, *suites: str) -> tuple[int, dict, str]:
    """Exit code, findings.json, and what was said."""
    directory.mkdir()
    command = [sys.executable, "-P", "-m", "atalaia.cli", "check", *suites, "--env", environment]
    run = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=400)
    findings = json.loads((directory / "out" / "findings.json").read_text())
    return run.returncode, findings, run.stdout + run.stderr


def odd(findings: dict) -> list[dict]:
    """Results that a healthy stack must not have."""
    return [
        result
        for result in findings["results"]
        if result["outcome"] != "passed" and result["skip"] != "not-declared"
    ]


def times(findings: dict) -> tuple[float, float]:
    """Seconds waited for limiters' windows, and all other seconds."""
    told = " ".join(findings["notes"])
    found = re.search(r"waited ([\d.]+) s for limiters' windows; everything else took ([\d.]+) s", told)
    assert found, told
    return float(found[1]), float(found[2])


@pytest.mark.parametrize("number", range(RUNS))
def test_a_fresh_healthy_stack_fails_nothing(tmp_path, number, capsys):
    with state_directory(), launcher.running() as sandbox:
        code, findings, said = check(str(sandbox.environment_file), tmp_path / "run")
    waited, rest = times(findings)
    with capsys.disabled():
        print(f"\nfresh sandbox {number + 1}: waited {waited} s for windows, {rest} s otherwise")
    assert not odd(findings), said
    assert code == 0, said


def test_a_second_run_within_the_minute_is_the_same(tmp_path, capsys):
    """But for HAProxy's own limiter, which may still remember the first one, and says so."""
    with state_directory(), launcher.running() as sandbox:
        code, first, told = check(str(sandbox.environment_file), tmp_path / "first", "gateway")
        _, findings, said = check(str(sandbox.environment_file), tmp_path / "second", "gateway")
    with capsys.disabled():
        for waited, rest in map(times, (first, findings)):
            print(f"\ngateway suite: waited {waited} s for windows, {rest} s otherwise")
    assert code == 0, told
    assert times(first)[1] <= BESIDE_THE_WAITS, told
    assert len(findings["results"]) == len(first["results"]) >= 300
    assert _between(first, findings) < 60, said
    for result in odd(findings):
        assert result["outcome"] == "inconclusive", said
        assert result["reason"]
        assert result["target"].startswith(FRONT_LIMITER), said


def _between(first: dict, second: dict) -> float:
    """Seconds from the end of one run to the start of the next."""
    ended, began = (datetime.fromisoformat(at) for at in (first["finished"], second["started"]))
    return (began - ended).total_seconds()


@pytest.mark.parametrize("number", range(RUNS))
def test_the_connectivity_suite_alone_fails_nothing(sandbox, tmp_path, number):
    code, findings, said = check(str(sandbox.environment_file), tmp_path / "run", "connectivity")
    assert not odd(findings), said
    assert code == 0, said


@pytest.fixture(scope="module")
def sandbox():
    with state_directory(), launcher.running() as running:
        yield running
