"""The JSON Schema of scenarios, for editors: docs/scenario.schema.json."""

from __future__ import annotations

import json

from atalaia.environment.schema import json_schema
from loadtests.scenario.model import Scenario

if __name__ == "__main__":
    print(json.dumps(json_schema(Scenario, "Atalaia scenario"), indent=2, ensure_ascii=False))
