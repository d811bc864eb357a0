"""Rule files, as they are written: every rule with its line.

prometheus.io/docs/prometheus/latest/configuration/recording_rules. What `promtool check rules` refuses is
unreadable here only as far as it cannot be judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from atalaia.environment.monitoring_files import SourceFile
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.durations import seconds
from atalaia.systems.prometheus.rules import Group, Rule

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@lru_cache(maxsize=64)
def read_rule_file(file: SourceFile) -> tuple[Group, ...] | Unreadable:
    """The groups of a rule file."""
    try:
        loader = _LOADER(file.text)
        lines = loader.get_single_node()
        document = loader.construct_document(lines) if lines else {}
    except (yaml.YAMLError, RecursionError):
        return Unreadable(f"{file.shown} is no YAML")
    try:
        return tuple(_groups(document, lines, file.shown))
    except (AttributeError, KeyError, TypeError, ValueError):
        return Unreadable(f"{file.shown} is no rule file")


def _groups(document: Mapping[str, Any], lines: Any, shown: str) -> Iterator[Group]:
    for group, node in zip(document.get("groups") or (), _items(_value(lines, "groups")), strict=True):
        rules = zip(group.get("rules") or (), _items(_value(node, "rules")), strict=True)
        yield Group(
            name=str(group["name"]),
            file=shown,
            rules=tuple(_rule(rule, f"{shown}:{one.start_mark.line + 1}") for rule, one in rules),
            interval=seconds(str(group["interval"])) if group.get("interval") else None,
            where=f"{shown}:{node.start_mark.line + 1}",
        )


def _rule(rule: Mapping[str, Any], where: str) -> Rule:
    return Rule(
        name=str(rule.get("alert") or rule["record"]),
        # YAML takes an expression that is only a number for one.
        expression=str(rule["expr"]),
        alerting="alert" in rule,
        lasting=seconds(str(rule.get("for"))) or 0.0,
        keeping=seconds(str(rule.get("keep_firing_for"))) or 0.0,
        labels=_pairs(rule.get("labels")),
        annotations=_pairs(rule.get("annotations")),
        where=where,
    )


def _pairs(given: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(name), str(value)) for name, value in (given or {}).items()))


def _value(node: Any, key: str) -> Any:
    """The node of a key of a mapping."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _items(node: Any) -> list[Any]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
