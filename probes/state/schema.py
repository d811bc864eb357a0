"""The tables of a state file.

Results are `pending` from when they are recorded until their run is settled; only then they are counted, in
the same transaction that moves them to `results`. So a run that turns out to be invalid counts nothing, and
one that was killed is counted by its successor, once. A result's identity is its series and its moment.
"""

from __future__ import annotations

VERSION = 2
"""Renew it with any change below, or of totals.EDGES: a file of another version is moved aside."""

TABLES = """
CREATE TABLE IF NOT EXISTS begun (since REAL NOT NULL, swept REAL NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, environment TEXT NOT NULL, location TEXT NOT NULL,
    shard TEXT NOT NULL, started REAL NOT NULL, finished REAL, owner TEXT NOT NULL,
    valid INTEGER NOT NULL DEFAULT 1, delivered REAL
);
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY, environment TEXT NOT NULL, location TEXT NOT NULL, probe TEXT NOT NULL,
    kind TEXT NOT NULL, instance TEXT NOT NULL, hop TEXT NOT NULL,
    UNIQUE (environment, location, probe, kind, instance, hop)
);
CREATE TABLE IF NOT EXISTS totals (
    series INTEGER PRIMARY KEY, runs INTEGER NOT NULL, attempts INTEGER NOT NULL, successes INTEGER NOT NULL,
    first_try INTEGER NOT NULL, seconds REAL NOT NULL, buckets TEXT NOT NULL,
    failing INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS pending (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL, series INTEGER NOT NULL, at REAL NOT NULL,
    attempts INTEGER NOT NULL, success INTEGER NOT NULL, first_try INTEGER NOT NULL, duration REAL NOT NULL,
    reason TEXT, detail TEXT, names INTEGER NOT NULL, figures TEXT NOT NULL, information INTEGER NOT NULL,
    shown TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS pending_by_run ON pending (run);
CREATE TABLE IF NOT EXISTS results (
    series INTEGER NOT NULL, at REAL NOT NULL, run INTEGER NOT NULL, attempts INTEGER NOT NULL,
    success INTEGER NOT NULL, first_try INTEGER NOT NULL, duration REAL NOT NULL, reason TEXT, detail TEXT,
    names INTEGER NOT NULL, figures TEXT NOT NULL, information INTEGER NOT NULL, PRIMARY KEY (series, at)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS last (series INTEGER PRIMARY KEY, at REAL NOT NULL, shown TEXT NOT NULL);
"""

RESULT = (
    "series, at, run, attempts, success, first_try, duration, reason, detail, names, figures, information"
)
"""What `pending` and `results` have in common, in this order."""
