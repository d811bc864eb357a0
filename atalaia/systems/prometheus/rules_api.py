"""The rules that Prometheus has loaded, and how they fare: `/api/v1/rules`.

prometheus.io/docs/prometheus/latest/querying/api/#rules
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.environment.secrecy import shown
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.durations import unix
from atalaia.systems.prometheus.envelope import data
from atalaia.systems.prometheus.rules import Group, Rule

NEVER = 0.0
"""The time of an evaluation that has not been."""
_GRACE = 5.0
"""Seconds beyond two intervals: the answer's clock has whole seconds, and servers may be held up."""


@dataclass(frozen=True)
class Health:
    """How a loaded rule fares."""

    rule: Rule
    state: str
    """ok, err or unknown."""
    error: str
    """Of its last evaluation, without what may not be shown."""


@dataclass(frozen=True)
class Loaded:
    """A loaded group."""

    group: Group
    evaluated: float
    """Unix time of its last evaluation, or NEVER."""
    health: tuple[Health, ...]

    @property
    def interval(self) -> float:
        """Seconds between evaluations."""
        return self.group.interval or 0.0

    def late(self, now: float) -> bool:
        """Whether its last evaluation is longer ago than two intervals, and five seconds."""
        return self.evaluated != NEVER and now - self.evaluated > 2 * self.interval + _GRACE


def read_rules(body: bytes) -> tuple[Loaded, ...] | Unreadable:
    """The groups of an answer."""
    document = data(body)
    if isinstance(document, Unreadable):
        return document
    try:
        return tuple(_loaded(group) for group in document["groups"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return Unreadable("a document that is no list of rule groups")


def _loaded(group: Mapping[str, Any]) -> Loaded:
    health = tuple(
        Health(_rule(rule), str(rule["health"]), shown(str(rule.get("lastError") or "")))
        for rule in group["rules"]
    )
    return Loaded(
        Group(
            name=group["name"],
            file=group["file"],
            rules=tuple(one.rule for one in health),
            interval=float(group["interval"]),
        ),
        evaluated=unix(group["lastEvaluation"]) or NEVER,
        health=health,
    )


def _rule(rule: Mapping[str, Any]) -> Rule:
    alerting = rule["type"] == "alerting"
    return Rule(
        name=rule["name"],
        expression=rule["query"],
        alerting=alerting,
        lasting=float(rule["duration"]) if alerting else 0.0,
        keeping=float(rule.get("keepFiringFor") or 0) if alerting else 0.0,
        labels=tuple(sorted((rule.get("labels") or {}).items())),
        annotations=tuple(sorted((rule.get("annotations") or {}).items())),
    )
