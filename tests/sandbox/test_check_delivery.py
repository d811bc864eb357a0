"""Results that cannot be delivered: a message and the right exit code, never a traceback or a wrong word."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.counting import counting_server


@pytest.fixture
def server():
    with counting_server() as running:
        yield running


def check(directory: Path, server, path: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (directory / "env.yml").write_text(
        f"name: mine\nsafety: sandbox\nservices:\n  one: {{url: '{server.url}', health: {path}}}\n"
    )
    command = [sys.executable, "-P", "-m", "atalaia.cli", "check", "--env", "env.yml", *arguments]
    run = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=60)
    assert "Traceback" not in run.stdout + run.stderr
    assert "INTERNALERROR" not in run.stdout + run.stderr
    return run


@pytest.mark.parametrize(("path", "code"), [("/ok", 4), ("/status/503", 1)])
def test_a_findings_json_that_cannot_be_written_is_told_with_what_was_found(tmp_path, server, path, code):
    """A failed check goes before a failed delivery."""
    (tmp_path / "out" / "findings.json").mkdir(parents=True)
    run = check(tmp_path, server, path)
    assert run.returncode == code, run.stdout
    assert "results cannot be written" in run.stdout
    assert f"exit {code}: " in run.stdout.splitlines()[-1]
    assert "service" in run.stdout, "what was found is told all the same"


@pytest.mark.parametrize("option", ["--out", "--junit", "--allure"])
def test_a_place_that_cannot_be_written_to_is_refused_before_anything_is_sent(tmp_path, server, option):
    (tmp_path / "file").touch()
    run = check(tmp_path, server, "/ok", option, "file/below")
    assert run.returncode == 3
    assert option in run.stderr
    assert dict(server.counts) == {}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_ledger_that_cannot_be_used_is_a_message(tmp_path, server, monkeypatch, workers):
    state = tmp_path / "state"
    (state / "ledger.sqlite").mkdir(parents=True)
    monkeypatch.setenv("ATALAIA_STATE_DIR", str(state))
    run = check(tmp_path, server, "/ok", "-n", workers)
    assert run.returncode == 3
    assert "ATALAIA_STATE_DIR" in run.stderr


def test_a_selection_that_is_no_expression_is_refused_before_anything_is_sent(tmp_path, server):
    run = check(tmp_path, server, "/ok", "-k", "(")
    assert run.returncode == 3
    assert "-k" in run.stdout + run.stderr
    assert dict(server.counts) == {}
    assert not (tmp_path / "out" / "findings.json").exists()


def test_findings_json_names_the_suites_that_ran(tmp_path, server):
    assert check(tmp_path, server, "/ok").returncode == 0
    assert json.loads((tmp_path / "out" / "findings.json").read_text())["suites"] == [
        "connectivity",
        "gateway",
        "metrics",
    ]
