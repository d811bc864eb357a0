"""Counting what was recorded: once, whoever recorded it."""

from __future__ import annotations

from probes.state.book import Book
from probes.state.owner import over
from probes.state.rows import Row
from probes.state.schema import RESULT
from probes.totals import Totals

KEPT = 35 * 86400.0
"""Seconds that results are kept: a month and its reports."""
_SWEEP = 3600.0
"""Seconds between two looks for what is older."""
_MARKS = ", ".join("?" * len(Row._fields))


def settle(book: Book, run: int, finished: float) -> None:
    """Move what a run recorded to the results, and count what was not there yet."""
    totals: dict[int, Totals] = {}
    for *columns, shown in book.execute(
        f"SELECT {RESULT}, shown FROM pending WHERE run = ? ORDER BY id", (run,)
    ).fetchall():
        one = Row(*columns)
        if book.execute(f"INSERT OR IGNORE INTO results VALUES ({_MARKS})", one).rowcount != 1:
            continue  # an earlier run's, taken along
        before = totals.get(one.series) or book.totals(one.series)
        totals[one.series] = before.plus(one.outcome)
        book.execute("INSERT OR REPLACE INTO last VALUES (?, ?, ?)", (one.series, one.at, shown))
    for series, counted in totals.items():
        book.keep(series, counted)
    _end(book, run, finished, valid=True)


def discard(book: Book, run: int, finished: float) -> None:
    """Believe nothing of what a run recorded."""
    _end(book, run, finished, valid=False)


def adopt(book: Book, now: float, given_up: frozenset[str]) -> None:
    """Settle what runs have left that were killed, or whose own settling the disk did not take."""
    left = book.execute(
        "SELECT id, name, started, owner, valid FROM runs WHERE id IN (SELECT run FROM pending)"
    ).fetchall()
    for run, name, started, owner, valid in left:
        if name in given_up or over(owner, started, now):
            (settle if valid else discard)(book, run, started)


def sweep(book: Book, now: float) -> None:
    """Drop results that are older than 35 days; now and then."""
    swept = float(book.execute("SELECT swept FROM begun").fetchone()[0])
    if swept <= now < swept + _SWEEP:
        return
    book.execute("UPDATE begun SET swept = ?", (now,))
    before = now - KEPT
    for (series,) in book.execute("SELECT id FROM series").fetchall():
        # The last one stays, whatever its age: it may be shown.
        book.execute(
            "DELETE FROM results WHERE series = ? AND at < ?"
            " AND at <> (SELECT at FROM last WHERE last.series = results.series)",
            (series, before),
        )
    book.execute("DELETE FROM runs WHERE started < ? AND id NOT IN (SELECT run FROM pending)", (before,))


def _end(book: Book, run: int, finished: float, *, valid: bool) -> None:
    book.execute("DELETE FROM pending WHERE run = ?", (run,))
    book.execute("UPDATE runs SET finished = ?, valid = ? WHERE id = ?", (finished, valid, run))
