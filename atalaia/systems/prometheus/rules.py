"""Rules: what a recording or an alerting rule says, and how two of them differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from atalaia.environment.units import format_duration
from atalaia.systems.prometheus.promql import NotPromQL, parse
from atalaia.systems.prometheus.promql.meaning import Comparison, comparisons, same


@dataclass(frozen=True)
class Rule:
    """One rule."""

    name: str
    """Of the alert, or of the metric that is recorded."""
    expression: str
    alerting: bool = False
    lasting: float = 0.0
    """Seconds for which its expression must hold before it fires: `for`."""
    keeping: float = 0.0
    """Seconds for which it fires on afterwards: `keep_firing_for`."""
    labels: tuple[tuple[str, str], ...] = ()
    """Sorted by name, as are the annotations."""
    annotations: tuple[tuple[str, str], ...] = ()
    where: str = field(default="", compare=False)
    """file:line, of a rule that was read from a file."""

    @property
    def severity(self) -> str:
        """Its label `severity`; empty where it has none."""
        return dict(self.labels).get("severity", "")

    @property
    def told(self) -> str:
        """What it is called in findings: the alert HighErrorRate (critical)."""
        if not self.alerting:
            return f"the recording rule {self.name}"
        return f"the alert {self.name}" + (f" ({self.severity})" if self.severity else "")

    @property
    def thresholds(self) -> tuple[Comparison, ...]:
        """The comparisons with numbers in its expression; none where that cannot be read."""
        try:
            return tuple(comparisons(parse(self.expression)))
        except NotPromQL:
            return ()


@dataclass(frozen=True)
class Group:
    """A group of rules, which are evaluated together."""

    name: str
    file: str
    rules: tuple[Rule, ...]
    interval: float | None = None
    """Seconds; None where the server's own applies."""
    where: str = field(default="", compare=False)


def differences(wanted: Rule, found: Rule) -> Iterator[tuple[str, str]]:
    """In what a rule differs from what it should be: what is wanted, and what is there."""
    if not _same_expression(wanted.expression, found.expression):
        yield f"expr: {_line(wanted.expression)}", f"expr: {_line(found.expression)}"
    for word, one, other in (
        ("for", wanted.lasting, found.lasting),
        ("keep_firing_for", wanted.keeping, found.keeping),
    ):
        if one != other:
            yield f"{word}: {_duration(one)}", f"{word}: {_duration(other)}"
    for word, pair, others in (
        ("label", wanted.labels, found.labels),
        ("annotation", wanted.annotations, found.annotations),
    ):
        mine, theirs = dict(pair), dict(others)
        for name in sorted(mine.keys() | theirs.keys()):
            if mine.get(name) != theirs.get(name):
                yield _labelled(word, name, mine.get(name)), _labelled(word, name, theirs.get(name))


@dataclass(frozen=True)
class Compared:
    """A group of a file beside the one that is loaded."""

    missing: tuple[Rule, ...]
    changed: tuple[tuple[Rule, Rule], ...]
    """What is wanted, and what is there in its place."""
    unexpected: tuple[Rule, ...]


def compared(wanted: Sequence[Rule], found: Sequence[Rule]) -> Compared:
    """Match the rules of a group: equal ones first, then those of the same name that differ least."""
    rest = list(found)
    odd: list[Rule] = []
    for rule in wanted:
        twin = next((other for other in rest if _equal(rule, other)), None)
        if twin is None:
            odd.append(rule)
        else:
            rest.remove(twin)
    missing: list[Rule] = []
    changed: list[tuple[Rule, Rule]] = []
    for rule in odd:
        near = [other for other in rest if (other.name, other.alerting) == (rule.name, rule.alerting)]
        if not near:
            missing.append(rule)
            continue
        nearest = min(near, key=lambda other: len(tuple(differences(rule, other))))
        rest.remove(nearest)
        changed.append((rule, nearest))
    return Compared(tuple(missing), tuple(changed), tuple(rest))


def _equal(one: Rule, other: Rule) -> bool:
    return (one.name, one.alerting) == (other.name, other.alerting) and not any(differences(one, other))


def _same_expression(one: str, other: str) -> bool:
    try:
        return same(one, other)
    except NotPromQL:
        return "".join(one.split()) == "".join(other.split())


def _labelled(word: str, name: str, value: str | None) -> str:
    return f"no {word} {name}" if value is None else f"{word} {name}: {value}"


def _duration(seconds: float) -> str:
    return format_duration(timedelta(seconds=seconds))


def _line(expression: str) -> str:
    """On one line, its beginning where it is long."""
    text = " ".join(expression.split())
    return text if len(text) <= 200 else text[:199] + "…"
