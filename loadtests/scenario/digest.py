"""What makes two runs comparable, as one hash: the load and where it goes, without any secret."""

from __future__ import annotations

import hashlib
import json

from atalaia.environment import Environment, Safety
from atalaia.redaction import Redactor
from loadtests.plan import LoadPlan
from loadtests.scenario.model import Scenario
from loadtests.scenario.target import Target


def digest_of(plan: LoadPlan, scenario: Scenario, target: Target, environment: Environment) -> str:
    """SHA-256, in hexadecimal. Not part of it: tokens, other secrets and values of tables, which addresses it
    is sent from, where chance begins, and the ports of a sandbox, which are others each time."""
    redacted = Redactor(environment.secrets() | scenario.secrets())
    sandbox = environment.safety is Safety.SANDBOX
    told = {
        "scenario": plan.scenario,
        "target": [environment.safety.value, target.endpoint, "" if sandbox else plan.base],
        "arrivals": plan.arrivals,
        "stages": [stage.model_dump(mode="json") for stage in plan.stages],
        "entries": [entry.model_dump(mode="json") for entry in plan.entries],
        "tables": {name: table.columns for name, table in plan.tables.items()},
        "timeout": plan.timeout,
    }
    text = json.dumps(redacted.structure(told), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
