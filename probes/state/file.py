"""Opening the state file; telling one that is broken from one that cannot be written now."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from atalaia.errors import DeliveryError
from probes.state.schema import TABLES, VERSION

_BUSY_SECONDS = 10
_HINT = "the run's results are not kept and not counted; free space, or set ATALAIA_STATE_DIR to a directory"


class StateUnusable(DeliveryError):
    """The state file cannot be read or written: a full disk, no permission, somebody else's lock."""


class Broken(Exception):
    """The state file is no database any more, or one of another version."""


def connect(path: Path, now: float) -> sqlite3.Connection:
    """The file, made where there is none. Raises StateUnusable and Broken."""
    with guarded(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection, now)
        except BaseException:
            connection.close()
            raise
    return connection


def move_aside(path: Path, broken: int | None, now: float) -> Path | None:
    """Give the broken file (by its inode) another name, its journal too; None where somebody else has."""
    with guarded(path):
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            fcntl.flock(directory, fcntl.LOCK_EX)
            if broken is None or inode(path) != broken:
                return None
            stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
            # Inodes are used again; without the number a second one would take the first one's place.
            aside = path.with_name(f"{path.name}.broken-{stamp}-{os.getpid()}")
            for suffix in ("-wal", "-shm", ""):
                part = path.with_name(path.name + suffix)
                if part.exists():
                    part.rename(aside.with_name(aside.name + suffix))
            return aside
        finally:
            os.close(directory)


def inode(path: Path) -> int | None:
    """Which file the path means now."""
    try:
        return path.stat().st_ino
    except OSError:
        return None


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Everything that goes wrong with the file inside, as StateUnusable or Broken."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise Broken(str(error)) from error
        raise _unusable(path, str(error)) from error
    except OSError as error:
        told = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise _unusable(path, told) from error


def _prepare(connection: sqlite3.Connection, now: float) -> None:
    # A journal beside the file lets results be appended while somebody else reads, and a commit survives
    # a SIGKILL without waiting for the disk.
    connection.execute("PRAGMA journal_mode = WAL")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == VERSION:
        return
    if version:
        raise Broken(f"of version {version}, where this Atalaia has version {VERSION}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in TABLES.split(";"):
            connection.execute(statement)
        connection.execute("INSERT INTO begun SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM begun)", (now, now))
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _unusable(path: Path, observed: str) -> StateUnusable:
    return StateUnusable(
        "the probes' state file cannot be used", where=str(path), observed=observed, hint=_HINT
    )
