"""What the values of a metric cannot be: histograms, summaries and counters that make no sense."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from atalaia.systems.prometheus.exposition.lines import number
from atalaia.systems.prometheus.exposition.model import Family, Flaw, FlawKind, Labels, Sample
from atalaia.systems.prometheus.exposition.secrets import told_value

_LONGEST = 160


def told(sample: Sample) -> str:
    """A series for people, shortened; values of labels that look like secrets are not told."""
    return series(sample.name, sample.labels)


def series(name: str, labels: Labels) -> str:
    """The same, of a name and its labels."""
    if not labels:
        return name
    text = ",".join(f'{label}="{told_value(label, value)}"' for label, value in labels)
    text = "".join(character if character.isprintable() else "·" for character in text)
    return f"{name}{{{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}}}"


def flaws(family: Family) -> Iterator[Flaw]:
    """What is wrong with the values of a family."""
    if family.kind == "counter":
        yield from _counter(family)
    elif family.kind in {"histogram", "summary"}:
        groups: dict[Labels, list[Sample]] = {}
        label = "le" if family.kind == "histogram" else "quantile"
        for sample in family.samples:
            groups.setdefault(sample.without(label), []).append(sample)
        for labels, samples in groups.items():
            judge = _histogram if family.kind == "histogram" else _summary
            yield from judge(family, labels, samples)


def _counter(family: Family) -> Iterator[Flaw]:
    for sample in family.samples:
        if math.isnan(sample.value) or sample.value < 0:
            what = f"the counter {told(sample)} is {_number(sample.value)}"
            yield Flaw(FlawKind.VALUE, sample.line, what, family.name, str(sample.labels))


def _histogram(family: Family, labels: Labels, samples: list[Sample]) -> Iterator[Flaw]:
    first, name = samples[0], series(family.name, labels)

    def flaw(what: str, line: int = first.line) -> Flaw:
        subject = f"{labels} {what.split(' ')[0]}"
        return Flaw(FlawKind.HISTOGRAM, line, f"{name} {what}", family.name, subject)

    buckets: list[tuple[float, Sample]] = []
    for sample in samples:
        if sample.name == f"{family.name}_bucket":
            edge = number(sample.label("le") or "")
            if edge is None or math.isnan(edge):
                yield flaw("has a bucket whose le is no number", sample.line)
            else:
                buckets.append((edge, sample))
    buckets.sort(key=lambda bucket: bucket[0])
    count = _value(family, samples, "_count")
    if not buckets:
        yield flaw("has no buckets")
    elif buckets[-1][0] != math.inf:
        yield flaw(
            f'lacks the bucket le="+Inf"; its last is le="{_number(buckets[-1][0])}"', buckets[-1][1].line
        )
    elif count is not None and buckets[-1][1].value != count:
        last = _number(buckets[-1][1].value)
        yield flaw(f'counts {_number(count)} in _count and {last} in le="+Inf"', buckets[-1][1].line)
    for (low, below), (high, above) in pairwise(buckets):
        if low == high:
            twice = " and ".join(f'le="{each.label("le")}"' for each in (below, above))
            yield flaw(f"has one bucket twice: {twice}", above.line)
            break
        if not above.value >= below.value:
            counts = (
                f"{_number(below.value)} up to {_number(low)}, {_number(above.value)} up to {_number(high)}"
            )
            yield flaw(f"decreases: {counts}", above.line)
            break
    for missing in (suffix for suffix in ("_count", "_sum") if _value(family, samples, suffix) is None):
        yield flaw(f"has no {missing}")


def _summary(family: Family, labels: Labels, samples: list[Sample]) -> Iterator[Flaw]:
    name = series(family.name, labels)
    for sample in samples:
        if sample.name == family.name:
            quantile = number(sample.label("quantile") or "")
            if quantile is None or not 0 <= quantile <= 1:
                what = f"{name} has a quantile that is not between 0 and 1"
                yield Flaw(FlawKind.HISTOGRAM, sample.line, what, family.name, f"{labels} quantile")
    for suffix in ("_count", "_sum"):
        if _value(family, samples, suffix) is None:
            what = f"{name} has no {suffix}"
            yield Flaw(FlawKind.HISTOGRAM, samples[0].line, what, family.name, f"{labels} {suffix}")


def _value(family: Family, samples: list[Sample], suffix: str) -> float | None:
    return next((sample.value for sample in samples if sample.name == family.name + suffix), None)


def _number(value: float) -> str:
    return "+Inf" if value == math.inf else f"{value:g}"
