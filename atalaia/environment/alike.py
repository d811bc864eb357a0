"""Faults that are the same in many places, told once with all their lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from atalaia.environment.faults import Fault

_FEW = 5
"""So many are told one by one: an editor leads to each."""


def joined(faults: Iterable[Fault]) -> list[Fault]:
    """The faults in their order; of many alike ones the first, which says where else it is so."""
    ordered = sorted(set(faults))
    by_kind: dict[tuple[str, ...], list[Fault]] = defaultdict(list)
    for fault in ordered:
        by_kind[_kind(fault)].append(fault)
    return sorted(one for alike in by_kind.values() for one in _told(alike))


def _told(alike: list[Fault]) -> list[Fault]:
    first, *others = alike
    if len(alike) <= _FEW:
        return alike
    also = f"and so in {_shown(sorted({other.line for other in others}))}"
    return [replace(first, hint=f"{first.hint}; {also}" if first.hint else also)]


def _kind(fault: Fault) -> tuple[str, ...]:
    """What is wrong, and the same key of another entry of the same section."""
    parts = fault.key.split(".")
    return (parts[0].partition("[")[0], str(len(parts)), parts[-1], fault.what, fault.allowed, fault.hint)


def _shown(lines: list[int]) -> str:
    """[198, 199, 200, 207] → `lines 198-200, 207`."""
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(_ranges(lines))}"


def _ranges(lines: list[int]) -> Iterator[str]:
    for _, run in groupby(enumerate(lines), key=lambda entry: entry[1] - entry[0]):
        numbers = [line for _, line in run]
        yield f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
