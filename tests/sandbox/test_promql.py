"""The reader of PromQL, held against Prometheus' own: promtool takes what it takes, and refuses the rest."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.promql import BAD, GOOD


def refused(tmp_path: Path, expressions: tuple[str, ...]) -> list[str]:
    """Those of the expressions that `promtool check rules` refuses."""
    rules = [{"record": "r", "expr": text, "labels": {"n": str(n)}} for n, text in enumerate(expressions)]
    file = tmp_path / "rules.yml"
    # JSON is YAML, and quotes whatever there is.
    file.write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}))
    ended = subprocess.run(
        ["promtool", "check", "rules", file], capture_output=True, check=False, text=True, timeout=30
    )
    numbers = {int(number) for number in re.findall(r'group "g", rule (\d+),', ended.stdout + ended.stderr)}
    assert bool(numbers) == bool(ended.returncode), ended.stderr
    return [expressions[number - 1] for number in sorted(numbers)]


@pytest.mark.parametrize(("expressions", "wrong"), [(GOOD, ()), (BAD, BAD)], ids=["good", "bad"])
def test_promtool_judges_the_examples_alike(
    tmp_path: Path, expressions: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    assert refused(tmp_path, expressions) == list(wrong)
