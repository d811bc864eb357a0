"""Columns of text under one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.visible import cells


def aligned(
    rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset(), gap: str = "  "
) -> Iterator[str]:
    """The rows as lines, each column as wide as its widest cell; `right` are those set to the right."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        told = (
            _set(cell, width, index in right)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield gap.join(told).rstrip()


def _set(cell: str, width: int, right: bool) -> str:
    space = " " * (width - cells(cell))
    return space + cell if right else cell + space
