"""A run against servers that do their worst: a finding for each, within bounded time and memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

import pytest

from tests.support.hostile import BEHAVIOURS, HostileServer

HARMLESS = {"ok", "echo", "redirect-to", "redirects"}
HOSTILE = sorted(set(BEHAVIOURS) - HARMLESS)
TOTAL = 2.0
"""Seconds that the environment gives every answer."""


@pytest.fixture(scope="module")
def server():
    with HostileServer() as running:
        yield running


def test_every_hostile_answer_is_a_finding_in_bounded_time_and_memory(tmp_path, server):
    services = "\n".join(
        f"  {name}: {{url: '{server.url}', health: /{name}}}" for name in [*HOSTILE, "redirects"]
    ).replace("health: /redirects}", "health: /redirects/100}")
    (tmp_path / "env.yml").write_text(
        f"name: hostile\nsafety: staging\ndeadlines: {{connect: 1s, total: {TOTAL:g}s}}\n"
        f"services:\n{services}\n"
    )
    command = [sys.executable, "-P", "-m", "atalaia.cli", "check", "--env", "env.yml"]
    begun = time.monotonic()
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    took = time.monotonic() - begun
    findings = json.loads((tmp_path / "out" / "findings.json").read_text())
    health = {
        result["target"]: result for result in findings["results"] if result["check"] == "service.unhealthy"
    }
    assert run.returncode == 1, run.stdout
    assert findings["complete"], run.stdout
    assert {name: result["outcome"] for name, result in health.items()} == dict.fromkeys(
        [*HOSTILE, "redirects"], "failed"
    ), run.stdout
    assert all(result["findings"][0]["observed"] for result in health.values())
    # Sixteen at a time, each at most `TOTAL`, and the start of Python on a busy machine.
    assert took < (len(health) / 16 + 1) * TOTAL + 15
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    assert peak < 300, f"{peak:.0f} MiB at the peak of the largest process"
