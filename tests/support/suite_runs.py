"""A suite with every outcome in it, and live runs of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

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
"""Tests that a suite may have besides, by what is the matter with them."""
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
"""The outcome of each case of the suite."""
WORKERS = pytest.mark.parametrize("workers", [0, 2], ids=["serial", "two-workers"])


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
        """Start pytest on it, with what is asked for besides."""
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
        """Run it to its end. What it printed."""
        output, _ = self.start(workers, *more).communicate(timeout=60)
        return output

    @property
    def findings(self) -> dict:
        """What it found, which lies in two places."""
        latest = json.loads((self.directory / "out" / "findings.json").read_text())
        assert latest == json.loads((self.directory / "out" / "runs" / "r1" / "findings.json").read_text())
        return latest

    @property
    def outcomes(self) -> dict[str, str]:
        """By check and target."""
        return {
            f"{result['check']}@{result['target']}": result["outcome"] for result in self.findings["results"]
        }
