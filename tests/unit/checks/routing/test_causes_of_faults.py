"""What a fault puts into kong.yml is found in kong.yml: its findings name a line of the file."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from atalaia.checks.routing import CHECKS
from atalaia.environment.loader import load
from sandbox.blueprint import Blueprint
from sandbox.faults.fault import Changes
from sandbox.faults.registry import FAULTS
from sandbox.ports import SEED_PORTS
from sandbox.secrets import generate
from tests.matrix.routing import MATRIX
from tests.support.declared import sandbox_as_declared

BY_ID = {check.id: check for check in CHECKS}
OF_THE_FILE = (
    "kong-file-refused", "route-not-in-file", "route-catches-all", "strip-path-flipped", "path-transformed",
    "preserve-host-flipped", "routes-overlap", "route-shadowed", "prefix-too-wide", "method-undeclared",
    "upstream-timeouts-default", "route-outranked", "expression-too-wide", "route-twin-unprotected",
    "route-undeclared", "answers-cached",
)  # fmt: skip
"""The faults that are judged from the file alone, so that no server is needed to find them."""


@pytest.mark.parametrize("name", OF_THE_FILE)
def test_every_finding_of_a_fault_in_the_file_names_a_line_of_the_file(tmp_path, name):
    sandbox_as_declared(tmp_path)
    blueprint = Blueprint("declared", tmp_path, SEED_PORTS, generate())

    async def nobody_runs(node: str, command: object) -> None:
        """No node has to load the file here."""

    asyncio.run(FAULTS[name].apply(SimpleNamespace(blueprint=blueprint, tell=nobody_runs)))
    environment = load(blueprint.environment_file, {})
    for identity in MATRIX[name]:
        id_, _, target = identity.partition("@")
        check = BY_ID[id_]
        assert check.observes(environment, target) == ()
        findings = check.judge((), check.expects(environment, target))
        assert findings, identity
        assert all("kong.yml:" in finding.cause for finding in findings), findings


def test_they_change_the_file():
    assert {FAULTS[name].changes for name in OF_THE_FILE} == {Changes.FILE}
