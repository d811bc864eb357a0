"""Whom alerts reach: our model of the routing tree against `amtool config routes test`, with random trees."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from atalaia.systems.alertmanager.routing import read_route, receivers

_NAMES = ("severity", "team", "service")
_VALUES = ("critical", "warning", "info", "a", "b", "auth-service", "")
_EXPRESSIONS = ("critical|warning", "a.*", ".+", "(?i)A", "[ab]", "", r"auth-\w+", "crit")
_RECEIVERS = ("one", "two", "three", "four")
_TREES = 25
_ALERTS = 8


def _matcher(chosen: random.Random) -> str:
    sign = chosen.choice(("=", "!=", "=~", "!~"))
    value = chosen.choice(_VALUES if "~" not in sign else _EXPRESSIONS)
    quoted = (
        '"' + value.replace("\\", "\\\\") + '"' if chosen.random() < 0.8 or not value.isalpha() else value
    )
    return f"{chosen.choice(_NAMES)}{sign}{quoted}"


def _route(chosen: random.Random, depth: int) -> dict[str, Any]:
    route: dict[str, Any] = {}
    kind = chosen.random()
    if kind < 0.6:
        lines = [_matcher(chosen) for _ in range(chosen.randint(1, 2))]
        route["matchers"] = lines if chosen.random() < 0.7 else ["{" + ", ".join(lines) + "}"]
    elif kind < 0.8:
        route["match"] = {chosen.choice(_NAMES): chosen.choice(_VALUES[:-1])}
    else:
        route["match_re"] = {chosen.choice(_NAMES): chosen.choice(_EXPRESSIONS[:5])}
    if chosen.random() < 0.8:
        route["receiver"] = chosen.choice(_RECEIVERS)
    if chosen.random() < 0.4:
        route["continue"] = True
    if depth:
        route["routes"] = [_route(chosen, depth - 1) for _ in range(chosen.randint(0, 3))]
    return route


def _amtool(file: Path, labels: dict[str, str]) -> str:
    named = [f"{name}={value}" for name, value in labels.items()]
    command = ["amtool", "config", "routes", "test", f"--config.file={file}", *named]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert ended.returncode == 0, f"{ended.stderr}\n{file.read_text()}"
    return ended.stdout.strip()


@pytest.mark.parametrize("seed", range(_TREES))
def test_an_alert_reaches_whom_amtool_says(seed: int, tmp_path: Path) -> None:
    chosen = random.Random(seed)
    root = {"receiver": "one", "routes": [_route(chosen, 2) for _ in range(chosen.randint(1, 4))]}
    file = tmp_path / "alertmanager.yml"
    file.write_text(yaml.safe_dump({"route": root, "receivers": [{"name": name} for name in _RECEIVERS]}))
    tree = read_route(root)
    for _ in range(_ALERTS):
        names = chosen.sample(_NAMES, chosen.randint(1, len(_NAMES)))
        labels = {name: chosen.choice(_VALUES[:-1]) for name in names}
        assert ",".join(receivers(tree, labels)) == _amtool(file, labels), labels
