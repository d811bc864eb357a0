"""What deploy/ holds: dashboards, rules and lists of metrics, by stack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import deploy
from atalaia.systems.grafana import Dashboard, Panel, Query, interpolate, read, values
from atalaia.systems.prometheus.metric_list import TARGET_LABELS, MetricList, load
from atalaia.systems.prometheus.promql import examine, parse

DEPLOY = Path(deploy.__file__).parent
DASHBOARDS = DEPLOY / "grafana" / "dashboards"
STACKS = {
    "atendeai": ("atendeai",),
    "neo-stack": ("neo-stack",),
    "faciliauto": ("faciliauto",),
    # Atalaia's own stand beside a stack's, over the same recording rules.
    "atalaia": ("atalaia", "atendeai"),
}
"""Folder of dashboards → the stacks whose metrics its panels may name."""


@dataclass(frozen=True)
class Deployed:
    """One dashboard's file."""

    folder: str
    path: Path
    model: dict[str, Any]
    dashboard: Dashboard

    @property
    def name(self) -> str:
        """atendeai/overview"""
        return f"{self.folder}/{self.path.stem}"


def dashboards() -> list[Deployed]:
    """Every dashboard, in the order of its folder and file."""
    found = []
    for path in sorted(DASHBOARDS.glob("*/*.json")):
        model = json.loads(path.read_text())
        found.append(Deployed(path.parent.name, path, model, read(model)))
    return found


def queries(deployed: Deployed) -> Iterator[tuple[Panel, Query, str]]:
    """Every query of a dashboard, and its expression with a value for each variable."""
    given = values(deployed.dashboard)
    for panel in deployed.dashboard.panels:
        for query in panel.queries:
            yield panel, query, interpolate(query.expression, given)


def metric_lists(folder: str) -> list[MetricList]:
    """The lists that hold for a folder of dashboards."""
    return [load(DEPLOY / "metrics" / f"{stack}.yml") for stack in STACKS[folder]]


def rules(folder: str) -> list[dict[str, Any]]:
    """The rules that Prometheus loads for a folder's stacks, in the order of their files."""
    found = []
    for stack in STACKS[folder]:
        own = DEPLOY / "prometheus" / f"prometheus.{stack}.yml"
        if stack == "atalaia":
            continue  # no Prometheus of its own
        file = own if own.exists() else DEPLOY / "prometheus" / "prometheus.yml"
        config = yaml.safe_load(file.read_text())
        for pattern in config["rule_files"]:
            for file in sorted((DEPLOY / "prometheus").glob(pattern)):
                groups = yaml.safe_load(file.read_text())["groups"]
                found += [rule for group in groups for rule in group["rules"]]
    return found


class Known:
    """The labels of a folder's metrics and of what is recorded from them."""

    def __init__(self, folder: str) -> None:
        self._lists = metric_lists(folder)
        self._recorded = {rule["record"]: rule for rule in rules(folder) if "record" in rule}
        self._found: dict[str, frozenset[str]] = {}

    def __call__(self, name: str) -> frozenset[str] | None:
        """The labels of the series of a name; None for an unknown one."""
        for one in self._lists:
            if (labels := one.labels(name)) is not None:
                return labels
        return self._record(name)

    def _record(self, name: str) -> frozenset[str] | None:
        rule = self._recorded.get(name)
        if rule is None:
            return None
        if name not in self._found:
            self._found[name] = TARGET_LABELS  # of a rule over itself
            labels = examine(parse(rule["expr"]), self).labels or frozenset()
            self._found[name] = labels | rule.get("labels", {}).keys()
        return self._found[name]
