"""One transaction's view of the tables: numbers of texts, series and runs; totals."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from probes.model import Planned
from probes.totals import Totals
from probes.vantage import Vantage


class Book:
    """What can be looked up and written within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._numbers: dict[str, int] = {}
        self._texts: dict[int, str] = {}

    def execute(self, query: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run a statement."""
        return self._connection.execute(query, values)

    def many(self, query: str, values: Iterable[Sequence[Any]]) -> None:
        """Run a statement for each of these."""
        self._connection.executemany(query, values)

    @property
    def since(self) -> float:
        """From when on is counted."""
        return float(self.execute("SELECT since FROM begun").fetchone()[0])

    def text(self, text: str) -> int:
        """The number of a text, a new one where it is new."""
        if text not in self._numbers:
            self._numbers[text] = self._number("texts", ("text",), (text,))
        return self._numbers[text]

    def read(self, number: int) -> str:
        """The text of a number."""
        if number not in self._texts:
            found = self.execute("SELECT text FROM texts WHERE id = ?", (number,)).fetchone()
            self._texts[number] = str(found[0])
        return self._texts[number]

    def run(self, name: str, vantage: Vantage, started: float, owner: str) -> int:
        """The number of a run, a new one where it is new."""
        found = self.execute("SELECT id FROM runs WHERE name = ?", (name,)).fetchone()
        if found:
            return int(found[0])
        values = (name, vantage.environment, vantage.location, vantage.shard, started, owner)
        columns = "name, environment, location, shard, started, owner"
        new = self.execute(f"INSERT INTO runs ({columns}) VALUES (?, ?, ?, ?, ?, ?)", values)
        return int(new.lastrowid or 0)

    def series(self, environment: str, location: str, planned: Planned) -> int:
        """The number of a probe's series, a new one where it is new."""
        return self._number("series", _SERIES, _key(environment, location, planned))

    def known_series(self, environment: str, location: str, planned: Planned) -> int | None:
        """The number of a probe's series, where there is one."""
        return self._found("series", _SERIES, _key(environment, location, planned))

    def totals(self, series: int) -> Totals:
        """What was counted of a series."""
        columns = "runs, attempts, successes, first_try, seconds, buckets, failing"
        found = self.execute(f"SELECT {columns} FROM totals WHERE series = ?", (series,)).fetchone()
        if not found:
            return Totals()
        runs, attempts, successes, first_try, seconds, buckets, failing = found
        return Totals(runs, attempts, successes, first_try, seconds, tuple(json.loads(buckets)), failing)

    def keep(self, series: int, totals: Totals) -> None:
        """Write the totals of a series."""
        self.execute(
            "INSERT OR REPLACE INTO totals VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                series, totals.runs, totals.attempts, totals.successes, totals.first_try, totals.seconds,
                json.dumps(totals.buckets), totals.failing,
            ),
        )  # fmt: skip

    def _number(self, table: str, columns: tuple[str, ...], values: tuple[str, ...]) -> int:
        found = self._found(table, columns, values)
        if found is not None:
            return found
        names, marks = ", ".join(columns), ", ".join("?" * len(values))
        new = self.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)
        return int(new.lastrowid or 0)

    def _found(self, table: str, columns: tuple[str, ...], values: tuple[str, ...]) -> int | None:
        where = " AND ".join(f"{column} = ?" for column in columns)
        found = self.execute(f"SELECT id FROM {table} WHERE {where}", values).fetchone()
        return int(found[0]) if found else None


_SERIES = ("environment", "location", "probe", "kind", "instance", "hop")


def _key(environment: str, location: str, planned: Planned) -> tuple[str, ...]:
    return environment, location, planned.name, planned.kind, planned.instance, planned.hop
