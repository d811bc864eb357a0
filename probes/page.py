"""Whether a page is what it must be before it is pushed. A Pushgateway takes whatever parses.

A push that clashes with what lies there is refused whole, and one of a wrong type makes others' pushes fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atalaia.errors import DeliveryError
from atalaia.systems.prometheus.written import written
from probes.metrics import BY_NAME, Metric
from probes.vantage import Vantage

_LABEL = r'[a-z_0-9]+="(?:[^"\\\n\r\0]|\\[\\n"])*"'
_LABELS = re.compile(rf"{_LABEL}(?:,{_LABEL})*")
_NAME = re.compile(r'(?:\A|,)([a-z_0-9]+)="(?:[^"\\]|\\.)*"')
_SAMPLE = re.compile(r"([a-z_]+)\{(.*)\} -?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
_HOP = ',hop="'
"""The last label that all samples of a probe have. No value holds this: a quote is escaped there."""
_SUFFIXES = {"_bucket": ("le",), "_sum": (), "_count": ()}
_MOST = 5


def validate(text: str, vantage: Vantage) -> None:
    """Raises DeliveryError where the page is not one of this vantage's that any Pushgateway takes."""
    found = []
    for problem in problems(text, vantage):
        found.append(problem)
        if len(found) == _MOST:
            break
    if found:
        raise DeliveryError(
            "what would be pushed is not a page that the Pushgateway should get",
            observed="; ".join(found),
            hint="nothing was pushed; this is a defect of Atalaia",
        )


def problems(text: str, vantage: Vantage) -> Iterator[str]:
    """What is wrong with a page, line by line."""
    if not text.endswith("\n"):
        yield "the last line does not end"
    begun: set[str] = set()
    samples = _Samples(vantage)
    metric: Metric | None = None
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        if line.startswith("#"):
            metric, wrong = _comment(line, begun, metric)
        else:
            typed = metric and f"TYPE {metric.name}" in begun
            wrong = samples.problem(line, metric if typed else None)
        if wrong:
            yield f"line {number}: {wrong}"


def _comment(line: str, begun: set[str], current: Metric | None) -> tuple[Metric | None, str]:
    word, name, rest = (*line[2:].split(" ", 2), "", "")[:3]
    metric = BY_NAME.get(name)
    if metric is None:
        return None, "a comment about no metric of ours"
    if word == "HELP":
        again = name in begun
        begun.add(name)
        return metric, f"{name} twice" if again else ""
    told = word == "TYPE" and metric is current and rest == metric.type
    begun.add(f"TYPE {name}")
    return metric, "" if told else f"{name} is of another type, or its TYPE stands elsewhere"


class _Samples:
    """The samples of a page; what many of them have in common is judged once."""

    def __init__(self, vantage: Vantage) -> None:
        labels = {name: value for name, value in vantage.labels.items() if name != "job"}
        self._group = written(labels)
        self._names: dict[str, tuple[str, ...] | None] = {"": ()}
        self._good: set[tuple[str, tuple[str, ...], tuple[str, ...]]] = set()
        self._seen: set[tuple[str, str, str]] = set()

    def problem(self, line: str, metric: Metric | None) -> str:
        """What is wrong with the next one; nothing: empty."""
        found = _SAMPLE.fullmatch(line)
        if found is None:
            return "no sample, or one with a timestamp, or one whose value is no finite number"
        name, labels = found.groups()
        if metric is None or (extra := _extra(metric, name)) is None:
            return f"{name} stands apart from its TYPE"
        # The group's labels come first, as they are written by us; and nobody else's group is touched.
        if not labels.startswith(self._group):
            return f"{name} is not of this environment, location and shard"
        at = labels.find(_HOP)
        end = len(labels) if at < 0 else labels.find('"', at + len(_HOP)) + 1
        common, more = labels[:end], labels[end:]
        names, further = self._named(common), self._named(more)
        if names is None or further is None:
            return f"the labels of {name} cannot be read"
        kind = name, names, further
        if kind not in self._good:
            if sorted((*names, *further)) != sorted((*metric.all_labels, *extra)):
                return f"{name} has the labels {', '.join((*names, *further))}"
            self._good.add(kind)
        series = name, common, more
        if series in self._seen:
            return f"{name} is there twice with the same labels"
        self._seen.add(series)
        return ""

    def _named(self, labels: str) -> tuple[str, ...] | None:
        """The names in a part of the labels; None where it cannot be read."""
        if labels not in self._names:
            good = _LABELS.fullmatch(labels.removeprefix(","))
            self._names[labels] = tuple(_NAME.findall(labels)) if good else None
        return self._names[labels]


def _extra(metric: Metric, name: str) -> tuple[str, ...] | None:
    """The labels that a sample of this name has beside the metric's; None: it is no sample of it."""
    if metric.type != "histogram":
        return () if name == metric.name else None
    return next((labels for suffix, labels in _SUFFIXES.items() if name == metric.name + suffix), None)
