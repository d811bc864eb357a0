"""`atalaia load`, from the command line to the verdict that is kept and pushed."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sandbox import launcher
from sandbox.running import Sandbox
from tests.support.sandboxes import state_directory
from tests.support.standins import ask

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300.0
"""Seconds; a deadline, no measure."""
TINY = """\
name: tiny
arrivals: uniform
stages: [{rate: 20/s, for: 2s}]
thresholds: {failures: 0, p95: null, throughput: null}
"""


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    with state_directory():
        sandbox = launcher.up()
        try:
            # What Prometheus has not scraped before a load, it cannot tell the growth of.
            asyncio.run(sandbox.wait_until_scraped())
            yield sandbox
        finally:
            launcher.down(directory=sandbox.directory)


def environment_of(sandbox: Sandbox) -> Path:
    return sandbox.directory / "environment.yml"


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "atalaia.cli", "load", *map(str, words)]


def load(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE)


def written(directory: Path, text: str) -> Path:
    path = directory / "scenario.yml"
    path.write_text(text)
    return path


def record(out: Path) -> Any:
    document = json.loads((out / "load.json").read_text())
    jsonschema.validate(document, json.loads((ROOT / "docs" / "load.schema.json").read_text()))
    return document


def test_what_the_stack_holds_passes_is_kept_and_pushed(stage: Sandbox, tmp_path: Path) -> None:
    done = load("run", written(tmp_path, TINY), "--env", environment_of(stage), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("PASS  ")
    found = record(tmp_path / "out")
    assert found["requests"]["good"] == found["requests"]["intended"] == 40
    runs = list((tmp_path / "out" / "load" / "runs").glob("2*/load.json"))
    assert [json.loads(path.read_text())["run"] for path in runs] == [found["run"]]
    # The stack's own side, from a real Prometheus: who stands on the way has seen every request.
    seen = {hop["name"]: hop for hop in found["server"]["hops"]}
    assert {name: hop["absent"] for name, hop in seen.items()} == dict.fromkeys(seen, "")
    assert min(hop["requests"] for hop in seen.values()) >= found["server"]["sent"] == 40
    page = ask(stage.ports.pushgateway, "GET", "/metrics").body.decode()
    assert any(
        line.endswith(" 1") and 'scenario="tiny",verdict="pass"' in line
        for line in page.splitlines()
        if line.startswith("atalaia_load_verdict{")
    )
    listed = load("history", "tiny", "--out", tmp_path / "out")
    assert found["run"] in listed.stdout
    assert "PASS" in listed.stdout


def test_ctrl_c_ends_it_with_a_verdict(stage: Sandbox, tmp_path: Path) -> None:
    scenario = written(tmp_path, TINY.replace("for: 2s", "for: 30m"))
    words = command("run", scenario, "--env", environment_of(stage), "--out", tmp_path / "out", "--no-push")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as run:
        assert run.stderr is not None
        assert "stage-1" in run.stderr.readline()  # it has begun to send
        run.send_signal(signal.SIGINT)
        told, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 2
    assert told.startswith("INVALID  interrupted")
    found = record(tmp_path / "out")
    assert found["verdict"]["outcome"] == "INVALID"
    assert found["interrupted"] == "interrupted"
    assert found["server"]["absent"] == "not asked: the run was interrupted"


def test_production_is_refused(stage: Sandbox, tmp_path: Path) -> None:
    text = environment_of(stage).read_text()
    assert "\nsafety: sandbox\n" in text
    production = tmp_path / "production.yml"
    production.write_text(text.replace("\nsafety: sandbox\n", "\n"))  # absent means production
    done = load("run", written(tmp_path, TINY), "--env", production, "--out", tmp_path / "out")
    assert done.returncode == 3
    assert "production" in done.stderr
    assert "load: {allowed: true" in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "out" / "load").exists()


def test_a_verdict_that_is_not_taken_is_kept_and_told(stage: Sandbox, tmp_path: Path) -> None:
    text = environment_of(stage).read_text()
    # HAProxy's front answers 404 to what is no API: a refusal, which is not tried again.
    there, elsewhere = f":{stage.ports.pushgateway}", f":{stage.ports.haproxy_http}"
    assert there in text
    refusing = tmp_path / "refusing.yml"
    refusing.write_text(text.replace(there, elsewhere))
    done = load("run", written(tmp_path, TINY), "--env", refusing, "--out", tmp_path / "out")
    assert done.returncode == 4, done.stdout + done.stderr
    assert done.stdout.startswith("PASS  ")
    assert "the Pushgateway did not take the results of the run; found 404" in done.stderr
    assert record(tmp_path / "out")["verdict"]["outcome"] == "PASS"


def test_every_fault_of_a_scenario_is_told_with_its_line(stage: Sandbox, tmp_path: Path) -> None:
    scenario = written(tmp_path, "name: bad\nstages: [{rate: 20, for: 2s}]\nthresholds: {p96: 1s}\n")
    done = load("run", scenario, "--env", environment_of(stage), "--out", tmp_path / "out")
    assert done.returncode == 3
    assert [line.partition(": ")[0] for line in done.stderr.splitlines()] == [
        f"{scenario}:2",
        f"{scenario}:3",
    ]
    assert "Traceback" not in done.stderr


def test_a_plan_sends_nothing(stage: Sandbox, tmp_path: Path) -> None:
    done = load("run", written(tmp_path, TINY), "--env", environment_of(stage), "--plan")
    assert done.returncode == 0
    assert "20/s" in done.stdout
    assert "/api/v1/users" in done.stdout
    assert "Bearer" not in done.stdout
    assert "nothing was sent" in done.stdout
