"""docs/load-scenarios.md: its example is a scenario, and its words are those of the code."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from atalaia.environment.find import find as find_environment
from atalaia.environment.loader import load as load_environment
from atalaia.errors import UsageError
from loadtests.scenario import find, load, plan, scenarios
from loadtests.scenario.model import Scenario
from tests.support.declared import sandbox_as_declared

PAGE = (Path(__file__).parents[4] / "docs" / "load-scenarios.md").read_text()
EXAMPLES = [text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if text.startswith("name:")]


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.splitlines()[0])
def test_its_examples_are_planned_for_the_sandbox(tmp_path, text):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "patients.csv").write_text("name\nana\nbia\n")
    path = tmp_path / "example.yml"
    path.write_text(text)
    assert plan(load(path, {}), sandbox_as_declared(tmp_path / "sandbox")).entries


def test_the_refusal_that_it_quotes_is_what_is_said(monkeypatch):
    for name in (
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
        "HAPROXY_STATS_PASSWORD",
        "GRAFANA_PASSWORD",
        "JWT_SECRET",
    ):
        monkeypatch.setenv(name, "32-bytes-that-nobody-would-ever-guess")
    quoted = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert quoted
    with pytest.raises(UsageError) as caught:
        plan(load(find("steady"), {}), load_environment(find_environment("atendeai"), os.environ))
    said = str(caught.value).partition("steady.yml:")[2]
    assert " ".join(quoted[1].split()) == f"steady.yml:{said}"


def test_every_key_is_in_them():
    told = "\n".join(EXAMPLES)
    missing = [
        field.alias or name
        for name, field in Scenario.model_fields.items()
        if not re.search(rf"^{field.alias or name}:", told, re.MULTILINE)
    ]
    assert missing == []


def test_every_scenario_that_is_shipped_is_in_its_table():
    shipped = {name for name, path in scenarios().items() if path.parent.parent.name == "loadtests"}
    assert shipped == {
        name
        for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
        for name in re.findall(r"`(.+?)`", row)
    }
