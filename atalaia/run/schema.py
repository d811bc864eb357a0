"""The JSON Schema of findings.json, made from the model that writes it.

python -m atalaia.run.schema > docs/findings.schema.json
"""

from __future__ import annotations

import json
import sys
from typing import Any

from atalaia.run.results import RunRecord


def findings_schema() -> dict[str, Any]:
    """The schema of the document as it is written: with every key in it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **RunRecord.model_json_schema(by_alias=True, mode="serialization"),
        "title": "findings.json of Atalaia",
    }


def text() -> str:
    """The schema as it is committed."""
    return json.dumps(findings_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
