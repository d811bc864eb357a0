"""Lists of the metrics that a stack's rules and dashboards may name, each with where its name comes from.

They lie in deploy/metrics/: one a stack, which includes those of the exporters that the stack has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from atalaia.errors import UsageError

TARGET_LABELS = frozenset({"job", "instance", "tier"})
"""What Prometheus adds to whatever it scrapes, as deploy/prometheus/ sets it up."""

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("", "_count", "_sum")}


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Metric(_Section):
    """One metric, by the name that its TYPE line has."""

    kind: Literal["counter", "gauge", "histogram", "summary"]
    labels: tuple[str, ...]
    """Beside TARGET_LABELS, and `le` of a histogram's buckets."""
    source: str
    """`document:line`, or one of the list's documents."""
    name: Literal["theirs", "ours"] = "theirs"
    """Ours where the document asks for the figure without naming a metric."""
    sandbox: bool = True
    """Whether the sandbox has it."""


class _File(_Section):
    stack: str | None = None
    documents: dict[str, str]
    includes: tuple[str, ...] = ()
    """Lists of exporters, or of what else stands beside a stack: `atalaia`."""
    metrics: dict[str, Metric]


@dataclass(frozen=True)
class MetricList:
    """A stack's metrics."""

    metrics: Mapping[str, Metric]
    documents: Mapping[str, str]
    _samples: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, metric in self.metrics.items():
            for suffix in _SUFFIXES.get(metric.kind, ("",)):
                own = {"_bucket": {"le"}, "": {"quantile"} if metric.kind == "summary" else set()}
                labels = TARGET_LABELS | set(metric.labels) | own.get(suffix, set())
                self._samples[name + suffix] = labels

    def labels(self, sample: str) -> frozenset[str] | None:
        """The labels of a series of this name (`x_bucket`, of a histogram); None for an unknown one."""
        return self._samples.get(sample)


def load(path: Path) -> MetricList:
    """Read a stack's list and those that it includes. Raises UsageError, naming the file."""
    stack = _read(path)
    exporters = path.parent / "exporters"
    files = (exporters / f"{name}.yml" for name in stack.includes)
    return _joined(stack, [_read(file if file.exists() else path.parent / file.name) for file in files])


def of_texts(stack: tuple[str, str], beside: Mapping[str, str]) -> MetricList:
    """A stack's list that was read before: what it is called, and its text; the texts that it may include,
    by name. Raises UsageError, naming the list."""
    where, text = stack
    read = _parse(text, where)
    absent = [name for name in read.includes if name not in beside]
    if absent:
        raise UsageError(f"includes {absent[0]}, which is not beside it", where=where)
    return _joined(read, [_parse(beside[name], name) for name in read.includes])


def _joined(stack: _File, included: Sequence[_File]) -> MetricList:
    metrics: dict[str, Metric] = {}
    documents: dict[str, str] = {}
    for one in (*included, stack):
        metrics |= one.metrics
        documents |= one.documents
    return MetricList(metrics, documents)


def _read(path: Path) -> _File:
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read: {type(error).__name__}", where=str(path)) from None
    return _parse(text, str(path))


def _parse(text: str, where: str) -> _File:
    try:
        return _File.model_validate(yaml.load(text, Loader=_LOADER))  # noqa: S506 - a safe one
    except yaml.YAMLError as error:
        raise UsageError(f"cannot be read: {type(error).__name__}", where=where) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise UsageError(f"{place}: {first['msg']}", where=where) from None
