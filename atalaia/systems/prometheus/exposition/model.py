"""A page of metrics as it was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class FlawKind(StrEnum):
    """What a flaw does."""

    REFUSED = "refused"
    """Prometheus refuses the page, whole: the scrape fails, and its target is down."""
    MALFORMED = "malformed"
    """Lines in an order that is against the format; one parser takes it, another does not, and a third takes
    it for something else."""
    ODD_SIGNS = "odd signs"
    """Signs within a line that are against it, likewise."""
    DUPLICATE = "duplicate"
    """A series that is there twice: Prometheus keeps one of the values."""
    HISTOGRAM = "histogram"
    """A histogram or summary that quantiles and rates come out wrong of."""
    VALUE = "value"
    """A value that its kind cannot have."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One fault of a page."""

    kind: FlawKind
    line: int
    what: str
    """In words that hold no value of a label that may be a secret."""
    metric: str = ""
    """The family that it is about."""
    subject: str = ""
    """What of it; of two pages the flaws of one kind, metric and subject are the same flaw."""

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


Labels = tuple[tuple[str, str], ...]
"""Names and values, sorted."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One series and its value."""

    name: str
    labels: Labels
    value: float
    line: int
    at: float | None = None
    """Unix time that the page gives it; else it is that of the scrape."""

    def without(self, label: str) -> Labels:
        """The labels without one."""
        return tuple(pair for pair in self.labels if pair[0] != label)

    def label(self, name: str) -> str | None:
        """The value of a label."""
        return next((value for label, value in self.labels if label == name), None)


@dataclass(slots=True)
class Family:
    """A metric: what its lines say of it, and its samples. Complete once the page has been read."""

    name: str
    """The name that its TYPE and HELP lines have."""
    kind: str = "untyped"
    help: str | None = None
    unit: str | None = None
    samples: list[Sample] = field(default_factory=list)
    line: int = 0
    """Its first line."""


@dataclass(frozen=True)
class Page:
    """All of a page."""

    openmetrics: bool
    families: dict[str, Family]
    flaws: tuple[Flaw, ...]
    """The first of each kind, in the page's order; not all where there are very many."""

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """Every sample, family by family."""
        return tuple(sample for family in self.families.values() for sample in family.samples)

    @cached_property
    def labels(self) -> dict[str, list[frozenset[str]]]:
        """The sets of label names that occur, by the name of the samples and of their family."""
        found: dict[str, dict[frozenset[str], None]] = {}
        for family in self.families.values():
            for sample in family.samples:
                names = frozenset(name for name, _ in sample.labels)
                found.setdefault(sample.name, {})[names] = None
                if sample.name != family.name:
                    found.setdefault(family.name, {})[names] = None
        return {name: list(sets) for name, sets in found.items()}

    def flaws_of(self, kind: FlawKind) -> tuple[Flaw, ...]:
        """Those of one kind."""
        return tuple(flaw for flaw in self.flaws if flaw.kind is kind)
