"""PostgreSQL: log in, be what it must be, near enough to its primary, and give what a query must give."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from atalaia.environment.units import format_duration
from atalaia.exchange.network import Network
from atalaia.exchange.pointer import same
from atalaia.systems.postgres.client import log_in
from atalaia.systems.postgres.session import PostgresAccount, PostgresSession
from probes.answers import Wrong, reason_of
from probes.model import Attempt, Planned, Reason


@dataclass(frozen=True)
class Postgres:
    """Parameters of a postgres probe."""

    account: PostgresAccount
    role: Literal["primary", "replica"] | None = None
    """What it must be; None: either."""
    replication_lag: timedelta | None = None
    """A replica is at most this far behind."""
    query: str | None = None
    """One query that reads; it runs in a read-only transaction …"""
    value: Any = None
    """… and the one value that it gives; None: whatever it gives."""


def prepare(planned: Iterable[Planned], network: Network) -> None:
    """Load the database driver."""
    importlib.import_module("psycopg")


async def probe(planned: Planned, network: Network) -> Attempt:
    """Log in and ask."""
    postgres: Postgres = planned.parameters
    started = time.time()
    lag = postgres.replication_lag is not None
    session = await log_in(replace(postgres.account, query=postgres.query, lag=lag), network)
    wrong = judge(session, postgres)
    phases = {}
    if session.logged_in is not None:
        phases["login"] = session.logged_in
        if session.failure is None:
            phases["query"] = session.elapsed - session.logged_in
    facts = {}
    if session.replication_lag is not None:
        facts["atalaia_probe_replication_lag_seconds"] = session.replication_lag
    return Attempt(
        success=wrong is None,
        reason=wrong.reason if wrong else None,
        detail=wrong.detail if wrong else "",
        started=started,
        duration=session.elapsed,
        phases=phases,
        facts=facts,
        shown={
            "version": session.server_version,
            "role": _role(session),
            "replication_lag": session.replication_lag,
            "query": postgres.query,
            "value": session.value,
        },
    )


def judge(session: PostgresSession, postgres: Postgres) -> Wrong | None:
    """What is wrong with a session; None where it is as it must be."""
    if session.failure:
        return Wrong(reason_of(session.failure.reason), session.failure.detail)
    if postgres.role and _role(session) != postgres.role:
        return Wrong(Reason.VALUE, f"it is a {_role(session)}; {postgres.role} wanted")
    if postgres.replication_lag and session.in_recovery:
        within, behind = postgres.replication_lag, session.replication_lag
        if behind is None:
            return Wrong(Reason.VALUE, "a replica that has replayed nothing yet")
        if behind > within.total_seconds():
            return Wrong(
                Reason.VALUE, f"{behind:.1f} s behind its primary; at most {format_duration(within)} wanted"
            )
    if postgres.query is None:
        return None
    if session.rows != 1:
        told = {0: "no row", None: "no row"}.get(session.rows, "several rows")
        return Wrong(Reason.VALUE, f"the query gives {told}; one wanted")
    if postgres.value is not None and not same(session.value, postgres.value):
        return Wrong(Reason.VALUE, f"the query gives {session.value!r}; {postgres.value!r} wanted")
    return None


def _role(session: PostgresSession) -> str | None:
    if session.in_recovery is None:
        return None
    return "replica" if session.in_recovery else "primary"
