"""Drills that lie in a Pushgateway: GET /api/v1/metrics, see github.com/prometheus/pushgateway."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from atalaia.systems.document import Unreadable
from atalaia.systems.drill.model import AHEAD, EXPIRES, JOB, METRIC, STARTED
from atalaia.systems.prometheus.envelope import data


@dataclass(frozen=True)
class Group:
    """What one drill pushed."""

    drill: str
    """Its name, the label `instance`; empty where it was pushed without."""
    labels: tuple[tuple[str, str], ...]
    """The grouping key."""
    on: bool
    """Whether it still says that there is a drill."""
    started: float
    """Unix time by the clock of who pushed; 0 where it does not say."""
    pushed: float
    """Unix time by the Pushgateway's own clock."""

    @property
    def ends(self) -> float:
        """The Unix time from which on the rules take it for over."""
        return self.started + EXPIRES

    def fires(self, now: float) -> bool:
        """Whether the rules still take it for a drill, or soon will."""
        return self.on and now < self.ends and not self.ahead(now)

    def ahead(self, now: float) -> bool:
        """Whether it was pushed with a beginning in the future, of which the rules know nothing yet.

        Its own beginning is compared with when it was pushed: of two clocks ours may be the wrong one.
        """
        return self.started - (self.pushed or now) > AHEAD

    def told(self, now: float) -> str:
        """`run-x, begun 12 s ago`."""
        name = self.drill or "one without a name"
        if self.ahead(now):
            return f"{name}, pushed with a beginning {self.started - (self.pushed or now):.0f} s ahead"
        return f"{name}, begun {now - self.started:.0f} s ago"


def groups(body: bytes) -> tuple[Group, ...] | Unreadable:
    """The drills that lie there; why that cannot be read."""
    found = data(body)
    if isinstance(found, Unreadable):
        return found
    if not isinstance(found, list):
        return Unreadable("something else instead of a list of groups")
    return tuple(_groups(found))


def _groups(found: list[Any]) -> Iterator[Group]:
    for group in found:
        labels = group.get("labels") if isinstance(group, dict) else None
        if isinstance(labels, dict) and labels.get("job") == JOB:
            yield Group(
                drill=str(labels.get("instance", "")),
                labels=tuple((str(name), str(value)) for name, value in labels.items()),
                on=_value(group, METRIC) == 1,
                started=_value(group, STARTED),
                pushed=_value(group, "push_time_seconds"),
            )


def _value(group: dict[str, Any], metric: str) -> float:
    try:
        return float(group[metric]["metrics"][0]["value"])
    except (KeyError, IndexError, TypeError, ValueError):
        return 0.0
