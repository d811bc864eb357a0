"""The state file, as the runner uses it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from atalaia.state import state_directory
from probes.model import Planned, ProbeResult, Run
from probes.state import settling
from probes.state.book import Book
from probes.state.file import Broken, StateUnusable, connect, guarded, inode, move_aside
from probes.state.owner import this_process
from probes.state.rows import Row, real, restored, row, shown
from probes.state.schema import RESULT
from probes.totals import Counters, Totals
from probes.vantage import Vantage

_T = TypeVar("_T")


def state_file(environment: str) -> Path:
    """Where the state of an environment's probes is kept."""
    return state_directory() / "probes" / f"{environment}.sqlite"


class State:
    """The state file of an environment; a context manager. Every method raises StateUnusable.

    Of a run: `begin`, `record` whenever results are there, `settle` at its end, `delivered` when it was
    pushed. What was recorded survives a SIGKILL, and the next `begin` settles it. A file that is found broken
    is moved aside and begun anew, which `notes` tells; what the run had recorded is then recorded again by
    `settle`. Threads may share it.
    """

    def __init__(self, path: Path, *, now: float) -> None:
        self.path = path
        self.notes: list[str] = []
        """What the user must be told."""
        self._now = now
        self._lock = threading.Lock()
        self._run: tuple[str, Vantage, float] | None = None
        self._recorded: set[tuple[str, float]] = set()
        self._unsettled: set[str] = set()
        self._open()

    def begin(self, run_id: str, vantage: Vantage, started: float) -> None:
        """A run starts; what earlier ones left behind when they were killed is settled first."""
        self._run, self._recorded = (run_id, vantage, started), set()

        def begin(book: Book) -> None:
            settling.adopt(book, started, frozenset(self._unsettled))
            book.run(run_id, vantage, started, this_process())

        self._do(begin, lasting=False)
        self._unsettled = {run_id}

    def record(self, run_id: str, results: Iterable[ProbeResult]) -> None:
        """Keep results as they come; they are counted when the run is settled."""
        new = [one for one in results if _identity(one) not in self._recorded]
        if new:
            assert self._run, "a run has begun"
            _, vantage, started = self._run
            self._do(lambda book: self._add(book, run_id, vantage, started, new), lasting=False)
            self._recorded.update(_identity(one) for one in new)

    def settle(self, run: Run) -> Counters:
        """Count what the run recorded, and what of `run.results` it did not; an invalid run counts nothing.

        `run.results` may hold results of earlier runs (`last`): they have been counted and are not again.
        Returns the totals of all of them. It is on the disk when this returns.
        """

        vantage = Vantage.of(run)

        def settle(book: Book) -> Counters:
            number = book.run(run.id, vantage, run.started, this_process())
            if run.valid:
                recorded = self._recorded if self._run and self._run[0] == run.id else set()
                left = [one for one in run.results if _identity(one) not in recorded]
                self._add(book, run.id, vantage, run.started, left)
                settling.settle(book, number, run.finished)
            else:
                settling.discard(book, number, run.finished)
            settling.sweep(book, run.finished)
            of = {
                one.planned.name: book.totals(book.series(run.environment, run.location, one.planned))
                for one in real(run.results)
            }
            return Counters(book.since, of)

        counters = self._do(settle, lasting=True)
        self._unsettled.discard(run.id)
        return counters

    def delivered(self, run_id: str, at: float) -> None:
        """The run was pushed: it needs no backfilling."""
        self._do(
            lambda book: book.execute("UPDATE runs SET delivered = ? WHERE name = ?", (at, run_id)),
            lasting=False,
        )

    def last(self, vantage: Vantage, planned: Iterable[Planned]) -> Mapping[str, ProbeResult]:
        """The last results of these probes, by name: for those that are not due, and to be shown.

        `last.shown` of one is what was sent and seen, `last.started` when; of earlier attempts there is only
        how many they were.
        """
        wanted = list(planned)

        def last(book: Book) -> dict[str, ProbeResult]:
            settling.adopt(book, self._now, frozenset())
            found = {}
            for one in wanted:
                series = book.known_series(vantage.environment, vantage.location, one)
                columns = book.execute(
                    f"SELECT {RESULT}, shown FROM last JOIN results USING (series, at) WHERE series = ?",
                    (series,),
                ).fetchone()
                if columns:
                    found[one.name] = restored(one, Row(*columns[:-1]), book.read, columns[-1])
            return found

        return self._do(last, lasting=False)

    def rows(self, query: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """What a query gives: for backfilling."""
        try:
            with guarded(self.path):
                yield from self._connection.execute(query, values)
        except Broken as broken:
            raise self._hopeless(broken, "the probes' state file is broken") from broken

    def totals(self, series: int) -> Totals:
        """The totals of a series, by its number; while `rows` is being read, of the same moment."""
        with guarded(self.path):
            return Book(self._connection).totals(series)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> State:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _add(
        self, book: Book, run_id: str, vantage: Vantage, started: float, results: list[ProbeResult]
    ) -> None:
        number = book.run(run_id, vantage, started, this_process())
        if any(one.planned.expects_failure and one.success for one in results):
            book.execute("UPDATE runs SET valid = 0 WHERE id = ?", (number,))
        book.many(
            f"INSERT INTO pending ({RESULT}, shown) VALUES ({', '.join('?' * 13)})",
            [
                (
                    *row(
                        one,
                        book.series(vantage.environment, vantage.location, one.planned),
                        number,
                        book.text,
                    ),
                    shown(one),
                )
                for one in real(results)
            ],
        )

    def _open(self) -> None:
        try:
            self._connection = connect(self.path, self._now)
        except Broken as broken:
            self._move_aside(broken, inode(self.path))
            self._connection = self._anew()
        self._inode = inode(self.path)

    def _anew(self) -> sqlite3.Connection:
        try:
            return connect(self.path, self._now)
        except Broken as broken:
            raise self._hopeless(broken) from broken

    def _hopeless(self, broken: Broken, what: str = "a new state file is broken at once") -> StateUnusable:
        return StateUnusable(what, where=str(self.path), observed=str(broken))

    def _move_aside(self, broken: Broken, number: int | None) -> None:
        aside = move_aside(self.path, number, self._now)
        where = f"it was moved to {aside}" if aside else "somebody else has moved it aside"
        self.notes.append(
            f"{self.path}: the state file was broken ({broken}); {where}, and counters begin anew"
        )

    def _do(self, what: Callable[[Book], _T], *, lasting: bool) -> _T:
        """Do it in one transaction; in a new file where this one turns out to be broken."""
        try:
            return self._transaction(what, lasting=lasting)
        except Broken as broken:
            self._connection.close()
            self._move_aside(broken, self._inode)
            self._connection = self._anew()
            self._inode = inode(self.path)
            self._recorded.clear()
        try:
            return self._transaction(what, lasting=lasting)
        except Broken as broken:
            raise self._hopeless(broken) from broken

    def _transaction(self, what: Callable[[Book], _T], *, lasting: bool) -> _T:
        with self._lock, guarded(self.path), _transaction(self._connection, lasting=lasting):
            return what(Book(self._connection))


@contextmanager
def _transaction(connection: sqlite3.Connection, *, lasting: bool) -> Iterator[None]:
    """All of it or nothing; `lasting`: also if the power fails right after."""
    connection.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk may have ended the transaction already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _identity(result: ProbeResult) -> tuple[str, float]:
    return result.planned.name, result.last.started
