"""What earlier runs have spent of each limiter's budget: a locked file that outlives a run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from atalaia.errors import UsageError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spent (
    scope TEXT NOT NULL, bucket TEXT NOT NULL, at REAL NOT NULL, requests INTEGER NOT NULL, run TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS spent_by_bucket ON spent (scope, bucket, at);
"""
_KEPT_SECONDS = 2 * 86400.0
_MOMENT = 60.0
"""Seconds."""


class Account:
    """The budgets of one stack, within one transaction."""

    def __init__(self, connection: sqlite3.Connection, scope: str) -> None:
        self._connection = connection
        self._scope = scope

    def used(self, bucket: str, since: float) -> int:
        """Requests charged to a bucket after a Unix time."""
        row = self._connection.execute(
            "SELECT COALESCE(SUM(requests), 0) FROM spent WHERE scope = ? AND bucket = ? AND at > ?",
            (self._scope, bucket, since),
        ).fetchone()
        return int(row[0])

    def charge(self, bucket: str, requests: int, at: float, run: str) -> None:
        """Charge requests to a bucket, in the name of a run."""
        self._connection.execute(
            "INSERT INTO spent VALUES (?, ?, ?, ?, ?)", (self._scope, bucket, at, requests, run)
        )

    def release(self, run: str) -> None:
        """Take back everything that a run was charged."""
        self._connection.execute("DELETE FROM spent WHERE scope = ? AND run = ?", (self._scope, run))

    def forget(self, before: float) -> None:
        """Drop charges older than a Unix time."""
        self._connection.execute("DELETE FROM spent WHERE at < ?", (before,))

    def let_none_be_later(self, now: float) -> None:
        """Take charges of the future, from before the clock was set back, for ones of now: they pass.

        Not those of a run that got here a moment before this one.
        """
        self._connection.execute("UPDATE spent SET at = ? WHERE at > ?", (now, now + _MOMENT))


class Ledger:
    """The file that runs on this machine share; SQLite's own lock keeps them apart."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def account(self, scope: str, now: float) -> Iterator[Account]:
        """The budgets of one stack, exclusively, until the block ends.

        Raises UsageError where the file cannot be used.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        try:
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN IMMEDIATE")
            account = Account(connection, scope)
            account.forget(now - _KEPT_SECONDS)
            yield account
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        finally:
            connection.close()

    def _unusable(self, error: Exception) -> UsageError:
        return UsageError(
            "the budget ledger cannot be used",
            where=str(self._path),
            observed=str(error),
            hint="set ATALAIA_STATE_DIR to a directory that you may write to, or remove the file",
        )
