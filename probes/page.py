"""Whether a page is what it must be before it is pushed. A Pushgateway takes whatever parses.

A push that clashes with what lies there is refused whole, and one of a wrong type makes others' pushes fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atalaia.errors import DeliveryError
from probes.metrics import BY_NAME, Metric
from probes.vantage import Vantage

_VALUE = r'"(?:[^"\\\n\r\0]|\\[\\n"])*"'
_SAMPLE = re.compile(
    rf"(?P<name>[a-z_]+)\{{(?P<labels>[a-z_0-9]+={_VALUE}(?:,[a-z_0-9]+={_VALUE})*)\}}"
    r" (?P<value>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
)
_LABEL = re.compile(rf"([a-z_0-9]+)=({_VALUE})")
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
    group = ",".join(f'{name}="{_written(value)}"' for name, value in vantage.labels.items() if name != "job")
    begun: set[str] = set()
    seen: set[str] = set()
    metric: Metric | None = None
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        if line.startswith("#"):
            metric, wrong = _comment(line, begun, metric)
        else:
            typed = metric and f"TYPE {metric.name}" in begun
            wrong = _sample(line, metric if typed else None, group, seen)
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


def _sample(line: str, metric: Metric | None, group: str, seen: set[str]) -> str:
    found = _SAMPLE.fullmatch(line)
    if found is None:
        return "no sample, or one with a timestamp, or one whose value is no finite number"
    name, labels = found["name"], found["labels"]
    if metric is None or (extra := _extra(metric, name)) is None:
        return f"{name} stands apart from its TYPE"
    # The group's labels come first, as they are written by us; and nobody else's group is touched.
    if not labels.startswith(group):
        return f"{name} is not of this environment, location and shard"
    names = tuple(label for label, _ in _LABEL.findall(labels))
    if sorted(names) != sorted((*metric.all_labels, *extra)):
        return f"{name} has the labels {', '.join(names)}"
    series = line[: found.start("value")]
    if series in seen:
        return f"{name} is there twice with the same labels"
    seen.add(series)
    return ""


def _extra(metric: Metric, name: str) -> tuple[str, ...] | None:
    """The labels that a sample of this name has beside the metric's; None: it is no sample of it."""
    if metric.type != "histogram":
        return () if name == metric.name else None
    return next((labels for suffix, labels in _SUFFIXES.items() if name == metric.name + suffix), None)


def _written(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
