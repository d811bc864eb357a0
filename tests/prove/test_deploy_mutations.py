"""The alerts' tests notice every small mistake in one: a threshold, a wait, a comparison, an offset.

Each mistake is made in all alerts at once, and each of them must fail a story of its own.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

PROMETHEUS = Path(__file__).resolve().parents[2] / "deploy" / "prometheus"
_THRESHOLD = re.compile(r"(?<=[<>] )\d+(?:\.\d+)?|(?<=[<>]= )\d+(?:\.\d+)?")

Rule = dict[str, Any]
Mistake = Callable[[Rule], Rule | None]
"""A rule with the mistake in it; None where it cannot be made in this one."""


def waits(factor: int) -> Mistake:
    """`for: 5m` is too long or not there."""

    def mistaken(rule: Rule) -> Rule | None:
        if "for" not in rule:
            return None
        number, unit = re.fullmatch(r"(\d+)(\w)", rule["for"]).groups()  # type: ignore[union-attr]
        return rule | {"for": f"{int(number) * factor}{unit}"}

    return mistaken


def threshold(place: int, factor: float) -> Mistake:
    """The first, second … number after a < or > is a tenth too small or too large."""

    def mistaken(rule: Rule) -> Rule | None:
        found = [match for match in _THRESHOLD.finditer(rule["expr"]) if float(match[0])]
        if place >= len(found) or (found[place][0], factor) == ("1", 0.9):
            return None  # of what is 0 or 1, "below 0.9" says the same as "below 1"
        match, text = found[place], rule["expr"]
        changed = f"{float(match[0]) * factor:.9g}"
        return rule | {"expr": text[: match.start()] + changed + text[match.end() :]}

    return mistaken


def replaced(pattern: str, by: str) -> Mistake:
    """Something of the expression is something else."""

    def mistaken(rule: Rule) -> Rule | None:
        text, count = re.subn(pattern, by, rule["expr"])
        return rule | {"expr": text} if count else None

    return mistaken


MISTAKES: dict[str, Mistake] = {
    "it does not wait": waits(0),
    "it waits twice as long": waits(2),
    "the threshold is a tenth lower": threshold(0, 0.9),
    "the threshold is a tenth higher": threshold(0, 1.1),
    "the second threshold is a tenth lower": threshold(1, 0.9),
    "the second threshold is a tenth higher": threshold(1, 1.1),
    "a comparison is the wrong way round": replaced(r"== ([01])\b", r"!= \1"),
    "it compares with now": replaced(r" offset \w+", ""),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_alert_with_the_mistake_fails_a_story_of_its_own(mistake: str, tmp_path: Path) -> None:
    shutil.copytree(PROMETHEUS, tmp_path / "prometheus")
    made = set(make(MISTAKES[mistake], tmp_path / "prometheus" / "rules"))
    assert made, "no alert has such a thing"
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(failing, (tmp_path / "prometheus" / "tests").rglob("*.yml"))
    names = [name for stories in found for name in stories]
    assert {key for key in made if not any(name.startswith(f"{key}:") for name in names)} == set()


def make(mistake: Mistake, rules: Path) -> Iterator[str]:
    """Make it wherever it can be made; name, severity and window of those alerts."""
    for path in rules.rglob("*.yml"):
        document = yaml.safe_load(path.read_text())
        for group in document["groups"]:
            for number, rule in enumerate(group["rules"]):
                if "alert" in rule and (changed := mistake(rule)) is not None:
                    group["rules"][number] = changed
                    labels = rule["labels"]
                    yield " ".join(filter(None, (rule["alert"], labels["severity"], labels.get("window"))))
        path.write_text(yaml.safe_dump(document))


def failing(test: Path) -> list[str]:
    """Names of the stories of a file that the rules do not keep any more."""
    command = ["promtool", "test", "rules", str(test)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return re.findall(r"^ *name: (.*),$", ended.stdout + ended.stderr, re.MULTILINE)
