"""Services that leave no mark on their answers: counters tell who was reached, real ones."""

from __future__ import annotations

import asyncio
import os

import pytest

from atalaia.checks.routing.reached import ANSWERED_BY_ANOTHER
from atalaia.environment.loader import load
from atalaia.run.once import execute_once
from atalaia.run.results import Outcome
from sandbox import launcher
from sandbox.faults.means import intent, kong
from tests.support.sandboxes import state_directory

BOTH = ("kong-1", "kong-2")
NO_MARK = (r"headers: \[X-Powered-By, Strict", "headers: [X-Service, X-Powered-By, Strict")
OTHERS_ANSWER = (
    r"(?s)^services:\n(.*?name: user-service\n *url: )(\S+)",
    r"services:\n  - name: left-over\n    url: \2/health\n    routes:\n      - name: left-over\n"
    r'        paths: ["~/webhook/whatsapp$"]\n        methods: [GET, HEAD, POST, OPTIONS]\n'
    r"        regex_priority: 1\n\1\2",
)
DECLARED = (r"^( *)(requests_metric: http_requests_total)", r"\1\2\n\1mark: null")
UNCOUNTED = (r"^( *)requests_metric: http_requests_total", r"\1mark: null")
WEBHOOK = "/webhook/whatsapp"


@pytest.fixture(scope="module")
def sandbox():
    with state_directory(), launcher.running(windows="short") as running:
        asyncio.run(kong("no-marks", BOTH, "", NO_MARK).apply(running))
        yield running


def outcomes(sandbox, directory, *edits):
    asyncio.run(intent("unmarked", "", *edits).apply(sandbox))
    environment = load(sandbox.environment_file, os.environ)
    results = asyncio.run(execute_once(environment, (ANSWERED_BY_ANOTHER,), directory))
    return {each.target: each for each in results}


@pytest.mark.parametrize("declared", [DECLARED, UNCOUNTED], ids=["the service's own", "Kong's"])
def test_a_counter_proves_every_route(sandbox, tmp_path, declared):
    results = outcomes(sandbox, tmp_path, declared)
    assert {each.outcome for each in results.values()} == {Outcome.PASSED}, results
    assert len(results) >= 15


@pytest.mark.parametrize("declared", [DECLARED, UNCOUNTED], ids=["the service's own", "Kong's"])
def test_a_counter_that_does_not_grow_finds_another_service(sandbox, tmp_path, declared):
    fault = kong("others-answer", ("kong-1",), "", NO_MARK, OTHERS_ANSWER)
    # The first node only: the file goes on saying who is meant to answer.
    sandbox.render("kong-1")
    asyncio.run(fault.apply(sandbox))
    results = outcomes(sandbox, tmp_path, declared)
    assert results[WEBHOOK].outcome is Outcome.FAILED, results[WEBHOOK]
    assert all(each.outcome is Outcome.PASSED for target, each in results.items() if target != WEBHOOK)
