"""Where the gateway itself told the routes, a cause is a path of its Admin API and no line of a file."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from atalaia.checks.catalogue import GATEWAY
from atalaia.checks.check import Check, Finding, NotDeclared
from atalaia.environment import Environment
from atalaia.environment.gateway_file import GatewayFile
from atalaia.environment.loader import load
from atalaia.systems.kong import live
from atalaia.systems.kong.admin import api
from atalaia.systems.kong.admin.answers import Asked
from atalaia.systems.kong.admin.facts import Facts
from atalaia.systems.kong.completion import completed
from atalaia.systems.kong.declarative import load as load_declarative
from atalaia.systems.kong.entities import Configuration
from atalaia.systems.kong.given import given_of
from sandbox.blueprint import Blueprint
from sandbox.faults.registry import FAULTS
from sandbox.ports import SEED_PORTS
from sandbox.secrets import generate
from tests.support.declared import sandbox_as_declared

FAULTY = {
    "strip-path-flipped": 0, "routes-overlap": 1, "route-shadowed": 1, "upstream-timeouts-default": 1,
    "limiter-of-monitoring": 1, "limiter-headers-hidden": 1, "limiter-odd-status": 1, "cors-any-origin": 1,
    "cors-dot-unescaped": 1, "cors-suffix-match": 0, "prefix-too-wide": 1, "route-catches-all": 1,
    "header-missing-on-429": 1,
}  # fmt: skip
"""Faults of kong.yml, and how many findings are there at least where the gateway's own word is the intent."""


def told_by_gateway(directory: Path, name: str) -> tuple[Environment, Configuration]:
    """The sandbox' environment without routes and file, whose gateway serves kong.yml with a fault."""
    sandbox_as_declared(directory)
    blueprint = Blueprint("declared", directory, SEED_PORTS, generate())

    async def nobody_runs(node: str, command: object) -> None:
        """No node has to load the file here."""

    asyncio.run(FAULTS[name].apply(SimpleNamespace(blueprint=blueprint, tell=nobody_runs)))
    served = load_declarative(blueprint.kong_file.read_text())
    text = blueprint.environment_file.read_text()
    text = re.sub(r"^routes:\n(?:[ #].*\n|\n)*", "", text, flags=re.MULTILINE)
    text = re.sub(r"^  (?:declarative|echo|dead_upstream|  login): .*\n", "", text, flags=re.MULTILINE)
    blueprint.environment_file.write_text(text)
    declared = load(blueprint.environment_file, {})
    assert not declared.routes
    assert declared.gateway_file is None
    lists = {kind: [dict(it.document) for it in getattr(served, kind)] for kind in live.KINDS}
    listed = declared.completed(GatewayFile(json.dumps(lists), "http://127.0.0.1:8001", live=True))
    return completed(listed, given_of(listed)), served


class Judged:
    """What the checks find that send nothing, each where its prerequisites hold."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._known: dict[tuple[str, str], bool] = {}
        self.findings: list[Finding] = []
        for check in GATEWAY:
            targets = check.targets(environment)
            for target in () if isinstance(targets, NotDeclared) else targets:
                self._holds(check, target)

    def _holds(self, check: Check, target: str) -> bool:
        key = (check.id, target)
        if key not in self._known:
            self._known[key] = all(
                self._holds(*need) for need in check.requires(self._environment, target)
            ) and self._judge(check, target)
        return self._known[key]

    def _judge(self, check: Check, target: str) -> bool:
        if check.observes(self._environment, target):
            return True
        verdict = check.judge((), check.expects(self._environment, target))
        self.findings += verdict if isinstance(verdict, list) else []
        return verdict == []


@pytest.mark.parametrize("name", FAULTY)
def test_every_cause_is_something_that_the_admin_api_answers_for(tmp_path, name):
    environment, served = told_by_gateway(tmp_path, name)
    assert environment.routes, "as the gateway told them"
    findings = Judged(environment).findings
    assert len(findings) >= FAULTY[name]
    node = Facts(id="n", version="3.4.2")
    for finding in findings:
        assert not re.search(r"\.yml|8001:\d", f"{finding.expected} {finding.observed}"), finding
        for cause in finding.cause.split(", ") if finding.cause else ():
            assert api.admin(Asked("GET", cause), served, node).status == 200, finding


def test_something_is_found_there_at_all(tmp_path):
    environment, _ = told_by_gateway(tmp_path, "upstream-timeouts-default")
    assert {finding.cause for finding in Judged(environment).findings} >= {
        "/services/google-calendar-service"
    }
