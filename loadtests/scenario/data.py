"""Tables of values from CSV: read whole, within bounds, every fault told by its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from atalaia.environment.base import NAME
from atalaia.environment.faults import Fault
from atalaia.environment.reading import errors_of, read_text
from atalaia.errors import UsageErrors
from loadtests.plan import Table

MAX_BYTES = 8 * 2**20
"""8 MiB: each worker keeps them in memory."""
_MANY = 20
"""Faults of a file that are told; a wrong separator is wrong in every line."""


def read_table(path: Path) -> Table:
    """The table in a file: its first row names the columns, and every row has as many fields.

    Raises UsageError with `file:line` for everything that is wrong; no value of the file is quoted.
    """
    text = read_text(path, MAX_BYTES, "a file of CSV")
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            if row:
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error:
        raise _errors(path, [Fault(line, "", "not CSV", 'a quote in a field is written twice: ""')]) from None
    if len(rows) < 2:
        what = "no row of values" if rows else "an empty file"
        raise _errors(path, [Fault(1, "", what, "a row with the columns' names, then rows of values")])
    columns, values = tuple(rows[0][1]), rows[1:]
    if faults := [*_of_columns(columns, rows[0][0]), *_of_rows(values, len(columns))]:
        raise _errors(path, faults)
    return Table(columns=columns, rows=tuple(tuple(row) for _, row in values))


def _errors(path: Path, faults: list[Fault]) -> UsageErrors:
    return errors_of(path, faults[:_MANY])


def _of_columns(columns: tuple[str, ...], line: int) -> Iterator[Fault]:
    for number, name in enumerate(columns, 1):
        if not re.fullmatch(NAME, name) or len(name) > 63:
            what = f"column {number} has no name that requests could use"
            yield Fault(line, "", what, "lower-case letters, digits and hyphens")
        elif name in columns[: number - 1]:
            yield Fault(line, "", f"column {number} has another's name", "each one its own")


def _of_rows(rows: list[tuple[int, list[str]]], wanted: int) -> Iterator[Fault]:
    for line, row in rows:
        if len(row) != wanted:
            told = f"{len(row)} field{'' if len(row) == 1 else 's'}"
            yield Fault(line, "", told, f"{wanted}, as there are columns; a comma in a field is quoted")
        elif any(ord(character) < 32 or character == "\x7f" for field in row for character in field):
            yield Fault(line, "", "a control character", "values are sent in paths and headers")
