"""deploy/prometheus: what Prometheus' own tool says of the configurations, the rules and their tests."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
CONFIGURATIONS = sorted(PROMETHEUS.glob("prometheus*.yml"))
RULES = sorted(PROMETHEUS.glob("rules/**/*.yml"))
TESTS = sorted(PROMETHEUS.glob("tests/**/*.yml"))
SEVERITIES = {"critical", "warning", "info", "drill"}
TIERS = {"edge", "gateway", "service", "store", "host", "monitoring"}
_RETENTION = 200
"""Hours of data that there are."""
_HOURS = {"s": 1 / 3600, "m": 1 / 60, "h": 1, "d": 24, "w": 168}


@dataclass(frozen=True)
class Alert:
    """An alerting rule, and where it stands."""

    file: Path
    rule: dict[str, Any] = field(hash=False, compare=False)
    key: tuple[str, ...]
    """Its name, severity and window: what distinguishes it from others of the same name."""

    def __str__(self) -> str:
        return f"{self.file.parent.name}/{self.file.stem}: {' '.join(self.key)}"


@cache
def read(path: Path) -> dict[str, Any]:
    """A YAML file."""
    document: dict[str, Any] = yaml.load(path.read_bytes(), yaml.CSafeLoader)
    return document


def alerts() -> Iterator[Alert]:
    for path in RULES:
        for group in read(path)["groups"]:
            for rule in group["rules"]:
                if "alert" in rule:
                    labels = rule["labels"]
                    window = [labels["window"]] if "window" in labels else []
                    yield Alert(path, rule, (rule["alert"], labels["severity"], *window))


ALERTS = tuple(alerts())


def promtool(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and what it said."""
    ended = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, timeout=120)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda path: path.stem)
def test_prometheus_takes_the_configuration_and_finds_nothing_to_lint(configuration: Path) -> None:
    """Rules that a pattern of rule_files does not find are no error to it, so they are counted."""
    code, said = promtool("check", "config", "--lint=all", "--lint-fatal", configuration)
    assert code == 0, said
    assert "FAILED" not in said
    assert said.count("SUCCESS") > 8, said


def test_every_rule_file_belongs_to_a_configuration() -> None:
    used = {
        path
        for configuration in CONFIGURATIONS
        for pattern in read(configuration)["rule_files"]
        for path in PROMETHEUS.glob(pattern)
    }
    assert used == set(RULES)


@pytest.mark.parametrize("alert", ALERTS, ids=str)
def test_every_alert_says_how_bad_it_is_where_and_what_to_do(alert: Alert) -> None:
    labels, annotations = alert.rule["labels"], alert.rule["annotations"]
    assert labels["severity"] in SEVERITIES
    assert labels.get("tier", "service") in TIERS
    assert annotations["summary"]
    assert annotations["description"].endswith(".")
    runbook = annotations["runbook_url"]
    assert runbook == f"docs/runbooks/{alert.rule['alert']}.md"
    assert (ROOT / runbook).is_file()


def test_every_runbook_belongs_to_an_alert_and_names_a_command() -> None:
    pages = {path.stem: path for path in (ROOT / "docs" / "runbooks").glob("*.md")}
    assert pages.keys() - {"README"} == {alert.rule["alert"] for alert in ALERTS}
    for name, page in pages.items():
        assert name == "README" or "```" in page.read_text(), name


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda path: path.stem)
def test_what_rules_record_and_others_read_has_the_same_name(configuration: Path) -> None:
    """A name of a recorded series, with its colons, that no rule of this stack records is a dead alert."""
    recorded, read = set(), set()
    for rule in loaded(configuration):
        recorded |= {rule["record"]} if "record" in rule else set()
        read |= set(re.findall(r"\b[a-z_]\w*(?::\w+)+", rule["expr"]))
    assert read - recorded == set()
    assert read, "has the pattern gone blind?"


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda path: path.stem)
def test_no_rule_looks_further_back_than_there_is_data(configuration: Path) -> None:
    for rule in loaded(configuration):
        ranges = [_hours(text) for text in re.findall(r"\[([^\]]+)\]", rule["expr"])]
        offsets = [_hours(text) for text in re.findall(r"offset (\w+)", rule["expr"])]
        assert max(ranges, default=0) + max(offsets, default=0) <= _RETENTION, rule


def loaded(configuration: Path) -> Iterator[dict[str, Any]]:
    """The rules that Prometheus loads with this configuration."""
    for pattern in read(configuration)["rule_files"]:
        for path in PROMETHEUS.glob(pattern):
            for group in read(path)["groups"]:
                yield from group["rules"]


def _hours(duration: str) -> float:
    return sum(int(number) * _HOURS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", duration))


def test_the_rules_keep_what_their_tests_promise() -> None:
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda path: promtool("test", "rules", path), TESTS))
    assert [said for code, said in ended if code != 0] == []


@pytest.mark.parametrize("alert", ALERTS, ids=str)
def test_every_alert_is_shown_not_to_fire_to_fire_and_to_end(alert: Alert) -> None:
    """One story of it has all of these in this order; where it has a `for`, it is shown to be waited for."""
    stories = [story for story in stories_of(alert) if _tells_all(story, alert)]
    assert stories, "no story of tests/ in which it does not fire, fires, and is over"


def stories_of(alert: Alert) -> Iterator[dict[str, Any]]:
    """The stories that begin with its name, severity and window, in the files that load its own."""
    beginning = " ".join(alert.key) + ":"
    for path in TESTS:
        document = read(path)
        tested = {(path.parent / file).resolve() for file in document["rule_files"]}
        if alert.file in tested:
            yield from (story for story in document["tests"] if story["name"].startswith(beginning))


def _tells_all(story: dict[str, Any], alert: Alert) -> bool:
    """Whether the story's moments go: silent (twice, where there is a `for`), firing, silent."""
    moments = [
        any(_is(alert, expected["exp_labels"]) for expected in moment.get("exp_alerts", ()))
        for moment in story["alert_rule_test"]
        if moment["alertname"] == alert.rule["alert"]
    ]
    if True not in moments:
        return False
    before, last = moments.index(True), len(moments) - 1 - moments[::-1].index(True)
    return before >= (2 if "for" in alert.rule else 1) and last < len(moments) - 1


def _is(alert: Alert, labels: dict[str, str]) -> bool:
    wanted = alert.rule["labels"]
    return all(labels.get(name) == wanted.get(name) for name in ("severity", "window"))


def test_every_query_of_the_runbooks_can_be_asked(tmp_path: Path) -> None:
    """Somebody copies it at three in the morning."""
    queries = [
        (page.name, line)
        for page in sorted((ROOT / "docs" / "runbooks").glob("*.md"))
        for block in re.findall(r"```promql\n(.*?)```", page.read_text(), re.DOTALL)
        for line in block.splitlines()
    ]
    assert len(queries) > 30
    rules = [{"record": f"q{number}", "expr": query} for number, (_, query) in enumerate(queries)]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "runbooks", "rules": rules}]}))
    code, said = promtool("check", "rules", file)
    assert code == 0, said
