"""Names by the rules of promlint, which `promtool check metrics` has.

github.com/prometheus/client_golang, prometheus/testutil/promlint; a host that probes need not have promtool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from atalaia.systems.prometheus.exposition.model import Family, Page


class Rule(StrEnum):
    """Which convention a name is against."""

    HELP = "help"
    UNIT = "unit"
    TOTAL = "total"
    NOT_TOTAL = "not-total"
    RESERVED = "reserved"
    TYPE_IN_NAME = "type-in-name"
    COLON = "colon"
    CAMEL_CASE = "camel-case"
    ABBREVIATION = "abbreviation"


@dataclass(frozen=True)
class Problem:
    """A name that is against a convention; `text` is promtool's own."""

    metric: str
    rule: Rule
    text: str
    line: int


_UNITS = {
    **{unit: unit for unit in (
        "amperes", "bytes", "celsius", "grams", "joules", "kelvin", "meters", "metres", "seconds", "volts",
    )},
    **dict.fromkeys(("minutes", "hours", "days", "weeks"), "seconds"),
    "kelvins": "kelvin", "fahrenheit": "celsius", "rankine": "celsius",
    **dict.fromkeys(("inches", "yards", "miles"), "meters"),
    "bits": "bytes", "calories": "joules", "pounds": "grams", "ounces": "grams",
}  # fmt: skip
_PREFIXES = (
    "", "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "kibi", "mega", "mibi",
    "giga", "gibi", "tera", "tebi", "peta", "pebi",
)  # fmt: skip
_WORDS = {prefix + unit: base for prefix in _PREFIXES for unit, base in _UNITS.items()}
_ABBREVIATIONS = ("s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d")
_TYPES = ("counter", "gauge", "summary", "histogram")
_CAMEL_CASE = re.compile("[a-z][A-Z]")


def lint(page: Page) -> tuple[Problem, ...]:
    """What is against the conventions, by metric; of OpenMetrics, counters are named without _total."""
    found = (
        problem for family in page.families.values() if family.samples for problem in _family(family, page)
    )
    return tuple(sorted(found, key=lambda problem: (problem.metric, problem.text)))


def _family(family: Family, page: Page) -> Iterator[Problem]:
    for rule, text in _name(family, openmetrics=page.openmetrics):
        yield Problem(family.name, rule, text, family.line)
    labels = {name for sample in family.samples for name, _ in sample.labels}
    for name in sorted(labels):
        if _CAMEL_CASE.search(name):
            text = "label names should be written in 'snake_case' not 'camelCase'"
            yield Problem(family.name, Rule.CAMEL_CASE, text, family.line)
    if family.kind in {"untyped", "unknown"}:
        return
    if family.kind not in {"histogram", "gaugehistogram"} and "le" in labels:
        yield Problem(
            family.name, Rule.RESERVED, 'non-histogram metrics should not have "le" label', family.line
        )
    if family.kind != "summary" and "quantile" in labels:
        yield Problem(
            family.name, Rule.RESERVED, 'non-summary metrics should not have "quantile" label', family.line
        )


def _name(family: Family, *, openmetrics: bool) -> Iterator[tuple[Rule, str]]:
    name, kind, low = family.name, family.kind, family.name.lower()
    if family.help is None:
        yield Rule.HELP, "no help text"
    units = [(word, _WORDS[word]) for word in name.split("_") if word in _WORDS]
    if units and all(word != base for word, base in units):
        word, base = units[0]
        yield Rule.UNIT, f'use base unit "{base}" instead of "{word}"'
    if kind == "counter" and not name.endswith("_total") and not openmetrics:
        yield Rule.TOTAL, 'counter metrics should have "_total" suffix'
    if kind not in {"counter", "untyped", "unknown"} and name.endswith("_total"):
        yield Rule.NOT_TOTAL, 'non-counter metrics should not have "_total" suffix'
    if kind not in {"untyped", "unknown"}:
        yield from _reserved(name, kind)
    for word in _TYPES:
        if f"_{word}_" in low or low.endswith(f"_{word}"):
            yield Rule.TYPE_IN_NAME, f"metric name should not include type '{word}'"
    if ":" in name:
        yield Rule.COLON, "metric names should not contain ':'"
    if _CAMEL_CASE.search(name):
        yield Rule.CAMEL_CASE, "metric names should be written in 'snake_case' not 'camelCase'"
    if any(f"_{word}_" in low or low.endswith(f"_{word}") for word in _ABBREVIATIONS):
        yield Rule.ABBREVIATION, "metric names should not contain abbreviated units"


def _reserved(name: str, kind: str) -> Iterator[tuple[Rule, str]]:
    if kind not in {"histogram", "gaugehistogram"} and name.endswith("_bucket"):
        yield Rule.RESERVED, 'non-histogram metrics should not have "_bucket" suffix'
    if kind not in {"histogram", "gaugehistogram", "summary"}:
        for suffix in ("_count", "_sum"):
            if name.endswith(suffix):
                text = f'non-histogram and non-summary metrics should not have "{suffix}" suffix'
                yield Rule.RESERVED, text
