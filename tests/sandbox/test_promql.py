"""The reader of PromQL, held against Prometheus' own: promtool takes what it takes, and refuses the rest."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.promql.meaning import same
from atalaia.systems.prometheus.rules_api import read_rules
from tests.support.deployed import STACKS, rules
from tests.support.prometheus import prometheus
from tests.support.promql import BAD, GOOD
from tests.support.standins import ask


def refused(tmp_path: Path, expressions: tuple[str, ...]) -> list[str]:
    """Those of the expressions that `promtool check rules` refuses."""
    group = [{"record": "r", "expr": text, "labels": {"n": str(n)}} for n, text in enumerate(expressions)]
    file = tmp_path / "rules.yml"
    # JSON is YAML, and quotes whatever there is.
    file.write_text(json.dumps({"groups": [{"name": "g", "rules": group}]}))
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


def test_what_prometheus_prints_of_an_expression_means_the_same(tmp_path: Path) -> None:
    """It prints loaded rules in its own spelling: brackets, matchers, durations, numbers, `by`."""
    own = [rule["expr"] for folder in STACKS for rule in rules(folder)]
    expressions = list(dict.fromkeys((*GOOD, *own)))
    group = [{"record": "r", "expr": text, "labels": {"n": str(n)}} for n, text in enumerate(expressions)]
    (tmp_path / "rules.json").write_text(json.dumps({"groups": [{"name": "g", "rules": group}]}))
    with prometheus(tmp_path, '{"rule_files": ["rules.json"]}') as port:
        loaded = read_rules(ask(port, "GET", "/api/v1/rules").body)
    assert not isinstance(loaded, Unreadable)
    printed = {dict(rule.labels)["n"]: rule.expression for rule in loaded[0].group.rules}
    assert len(printed) == len(expressions)
    wrong = [(text, printed[str(n)]) for n, text in enumerate(expressions) if not same(text, printed[str(n)])]
    assert wrong == []
