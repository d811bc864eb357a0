"""Which slow scrapes are the page's own, and which rules are worth another look."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atalaia.systems.prometheus.evaluating import unsettled
from atalaia.systems.prometheus.promql import parse
from atalaia.systems.prometheus.rules import Group, Rule
from atalaia.systems.prometheus.rules_api import NEVER, Loaded
from atalaia.systems.prometheus.slowness import least, slow_alone, usual
from atalaia.systems.prometheus.targets import read_targets

DATA = Path(__file__).parents[3] / "data" / "prometheus"
ACTIVE = read_targets((DATA / "targets.json").read_bytes()).active
TARGET, *OTHERS = ACTIVE
LIMIT = 0.1


def remembered(own: float, *others: float) -> dict[tuple[tuple[str, str], ...], float]:
    """How long scrapes took at best."""
    return {
        TARGET.labels: own,
        **{each.labels: value for each, value in zip(OTHERS, others, strict=False)},
    }


def test_the_window_is_long_enough_for_ten_scrapes():
    assert "[600s]" in least(1.0)
    assert "[600s]" in least(15.0)
    assert "[4500s]" in least(300.0)
    parse(least(15.0))


@pytest.mark.parametrize(
    ("vector", "verdict"),
    [
        (remembered(0.09, 0.001, 0.001, 0.001), False),
        (remembered(0.12, 0.001, 0.002, 0.003), True),
        (remembered(0.2, 0.05, 0.06, 0.07), None),
        (remembered(0.2), True),
        ({}, None),
    ],
    ids=["fast at best", "slow alone", "all are slow", "no other", "unknown"],
)
def test_a_target_is_slow_always_and_alone(vector, verdict):
    assert slow_alone(vector, TARGET, LIMIT) is verdict


def test_what_is_usual_is_half_of_the_others():
    assert usual(remembered(9.0, 0.001, 0.003, 0.002), TARGET) == 0.002
    assert usual(remembered(9.0), TARGET) == 0.0


def test_targets_have_the_labels_of_their_series():
    labels = json.loads((DATA / "targets.json").read_text())["data"]["activeTargets"][0]["labels"]
    assert dict(TARGET.labels) == labels


def group(evaluated: float, interval: float = 1.0, rules: int = 1) -> Loaded:
    """A loaded group."""
    return Loaded(
        Group(name="g", file="f", rules=(Rule("r", "1"),) * rules, interval=interval), evaluated, ()
    )


@pytest.mark.parametrize(
    ("loaded", "again"),
    [
        (group(995.0), False),
        (group(990.0), True),
        (group(NEVER), True),
        (group(NEVER, rules=0), False),
        (group(NEVER, interval=3600.0), False),
    ],
    ids=["in time", "late", "never", "empty", "rare"],
)
def test_rules_are_looked_at_again_while_that_may_tell_more(loaded, again):
    assert unsettled(loaded, 1000.0, 15.0) is again
