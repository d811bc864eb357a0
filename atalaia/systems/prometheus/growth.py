"""Two looks at a page: what fell, and whether that was a restart."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.systems.prometheus.exposition.model import Labels, Page
from atalaia.systems.prometheus.exposition.values import series

START = "process_start_time_seconds"
_COUNTED = {"counter": ("", "_total"), "histogram": ("_bucket", "_count"), "summary": ("_count",)}


@dataclass(frozen=True)
class Fall:
    """A counter that went down."""

    name: str
    labels: Labels
    before: float
    after: float

    def __str__(self) -> str:
        return f"{series(self.name, self.labels)} fell from {self.before:.15g} to {self.after:.15g}"


def counters(page: Page) -> dict[tuple[str, Labels], float]:
    """Everything on a page that can only grow."""
    return {
        (sample.name, sample.labels): sample.value
        for family in page.families.values()
        for sample in family.samples
        if sample.name.removeprefix(family.name) in _COUNTED.get(family.kind, ())
    }


def fallen(before: Page, after: Page) -> list[Fall]:
    """The counters that are less than before."""
    now = counters(after)
    return [
        Fall(name, labels, value, now[name, labels])
        for (name, labels), value in counters(before).items()
        if now.get((name, labels), value) < value
    ]


def start_of(page: Page) -> float | None:
    """When the page's process was started, in Unix time."""
    return next((sample.value for sample in page.samples if sample.name == START), None)


def started_anew(before: Page, after: Page) -> bool:
    """Whether the server was started between two looks: it says so, or nothing is left of its counts."""
    first, second = start_of(before), start_of(after)
    if first is not None and second is not None:
        return second > first + 1
    counted = {key: value for key, value in counters(before).items() if value > 0}
    now = counters(after)
    return len(counted) > 1 and all(now.get(key, 0.0) < value for key, value in counted.items())
