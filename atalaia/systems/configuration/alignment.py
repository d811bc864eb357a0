"""Which entries of two lists stand for one another, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TypeVar

Item = TypeVar("Item")
Pair = tuple[int | None, int | None]
_MOST = 100_000
"""Pairs of entries that are held against each other at most; beyond that only entries that are the same are
looked for, and those between them are taken by position."""


def aligned(
    first: Sequence[Item], second: Sequence[Item], likeness: Callable[[Item, Item], float]
) -> list[Pair]:
    """Positions of entries in both lists, in order, None where one list has none: those alike are together.

    `likeness` is 0 for two entries that have nothing in common; the sum of it is made as large as can be.
    """
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    end = 0
    while end < min(len(first), len(second)) - start and first[-1 - end] == second[-1 - end]:
        end += 1
    before: list[Pair] = [(at, at) for at in range(start)]
    between = _between(first[start : len(first) - end], second[start : len(second) - end], likeness)
    after: list[Pair] = [(len(first) - at, len(second) - at) for at in range(end, 0, -1)]
    moved = [
        (None if one is None else one + start, None if two is None else two + start) for one, two in between
    ]
    return [*before, *moved, *after]


def _between(
    first: Sequence[Item], second: Sequence[Item], likeness: Callable[[Item, Item], float]
) -> list[Pair]:
    if len(first) * len(second) > _MOST:
        return list(_around_the_same(first, second))
    alike = [[likeness(one, other) for other in second] for one in first]
    # best[i][j]: the most that first[i:] and second[j:] have in common.
    best = [[0.0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i in reversed(range(len(first))):
        for j in reversed(range(len(second))):
            together = alike[i][j] + best[i + 1][j + 1] if alike[i][j] else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    found: list[Pair] = []
    i = j = 0
    while i < len(first) and j < len(second):
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            found.append((i, None))
            i += 1
        else:
            found.append((None, j))
            j += 1
    found += [(at, None) for at in range(i, len(first))]
    found += [(None, at) for at in range(j, len(second))]
    return found


def _around_the_same(first: Sequence[Item], second: Sequence[Item]) -> Iterator[Pair]:
    matcher = SequenceMatcher(None, [*map(repr, first)], [*map(repr, second)], autojunk=False)
    for _, start, end, other, last in matcher.get_opcodes():
        yield from zip_longest(range(start, end), range(other, last))
