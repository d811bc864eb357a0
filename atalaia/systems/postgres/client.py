"""Log in to PostgreSQL and ask who it is, within the deadlines, by nothing but what is declared."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any

from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.network import Network, NotOpened, addresses_of, timed_out
from atalaia.systems.postgres.session import PostgresAccount, PostgresSession

if TYPE_CHECKING:
    import psycopg

_NO_FILE = os.devnull + "/none"
"""A path that cannot exist, for files that libpq would look for in the home directory."""

_ABOUT_IDENTITY = ("fatal:", "password", "authentication", "permission denied")
_LAG = """
SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
             AND EXISTS (SELECT FROM pg_stat_wal_receiver WHERE pid IS NOT NULL)
            THEN 0
            ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END::float8
"""
"""Without writes on the primary the last transaction grows old though nothing is missing; but having
replayed all that came means something only while somebody receives."""

_ADDRESS = re.compile(
    r'^(connection failed: )?connection to server at "[^"]*"( \([^)]*\))?, port \d+ failed: '
)
"""What libpq says before it says what happened; the finding names the address already."""


async def log_in(account: PostgresAccount, network: Network) -> PostgresSession:
    """What a session found out; every failure is part of it."""
    begun = time.perf_counter()

    def failed(failure: Failure) -> PostgresSession:
        return PostgresSession(failure=failure, elapsed=time.perf_counter() - begun)

    import psycopg

    asking = asyncio.create_task(_ask(account, network))
    try:
        # Not asyncio.timeout: psycopg answers a cancellation by asking the server to cancel the query,
        # and waits for that; a server that hangs would hold us for another ten seconds.
        await asyncio.wait({asking}, timeout=network.total.total_seconds())
    finally:
        asking.cancel()
    if not asking.done():
        return failed(timed_out("no whole session", network.total))
    try:
        session = asking.result()
    except NotOpened as error:
        return failed(error.failure)
    except psycopg.Error as error:
        return failed(_failure(error, account))
    return replace(session, elapsed=time.perf_counter() - begun)


async def _ask(account: PostgresAccount, network: Network) -> PostgresSession:
    from psycopg import AsyncConnection
    from psycopg.conninfo import make_conninfo

    resolved = await addresses_of(network, account.url.host)
    if resolved.failure:
        raise NotOpened(resolved.failure)
    conninfo = make_conninfo(**_parameters(account, network, resolved.addresses))
    begun = time.perf_counter()
    with _without_libpq_environment():
        connection = await AsyncConnection.connect(conninfo, autocommit=True)
    logged_in = time.perf_counter() - begun
    async with connection, connection.cursor() as cursor:
        await cursor.execute("SELECT 1")
        one = await cursor.fetchone()
        await cursor.execute("SELECT current_setting('server_version'), pg_is_in_recovery()")
        about = await cursor.fetchone()
        assert about is not None, "SELECT without FROM gives a row"
        session = PostgresSession(
            server_version=about[0], in_recovery=about[1], one=one[0] if one else None, logged_in=logged_in
        )
        if account.lag and about[1]:
            await cursor.execute(_LAG)
            behind = await cursor.fetchone()
            session = replace(session, replication_lag=behind[0] if behind else None)
        if account.query is not None:
            session = replace(session, **await _read(cursor, account.query, network))
    return session


async def _read(cursor: psycopg.AsyncCursor[Any], query: str, network: Network) -> dict[str, Any]:
    """How many rows a query gives (2: or more), and its first value."""
    milliseconds = ceil(network.total.total_seconds() * 1000)
    await cursor.execute("BEGIN READ ONLY")
    await cursor.execute(f"SET LOCAL statement_timeout = {milliseconds}")
    # Prepared, because the server then takes one statement only: none that ends the transaction first.
    await cursor.execute(query.encode(), prepare=True)
    rows = await cursor.fetchmany(2) if cursor.description else []
    await cursor.execute("ROLLBACK")
    return {"rows": len(rows), "value": _plain(rows[0][0]) if rows and rows[0] else None}


def _plain(value: Any) -> str | int | float | bool | None:
    """A value as JSON has it: numbers as numbers, and what it has no type for as text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _parameters(account: PostgresAccount, network: Network, addresses: tuple[str, ...]) -> dict[str, str]:
    """Connection parameters, with everything said that libpq would otherwise look up elsewhere."""
    from urllib.parse import parse_qsl

    url = account.url
    declared = dict(parse_qsl(url.query))
    return {
        "sslmode": "prefer",
        "gssencmode": "disable",
        "application_name": "atalaia",
        **({"sslrootcert": str(network.ca)} if network.ca else {}),
        **declared,
        "host": ",".join([url.host] * len(addresses)),
        "hostaddr": ",".join(addresses),
        "port": str(url.port),
        "user": url.username or "postgres",
        "password": account.password or url.password,
        "passfile": _NO_FILE,
        "dbname": url.path.lstrip("/") or url.username or "postgres",
        "connect_timeout": str(max(2, ceil(network.connect.total_seconds()))),
    }


@contextmanager
def _without_libpq_environment() -> Iterator[None]:
    """PGHOST, PGSERVICE and their kind are for other programs: what is judged is what is declared."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PG")}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _failure(error: psycopg.Error, account: PostgresAccount) -> Failure:
    """Why there is no session, in the server's words where it said any, without the password."""
    text = " ".join(str(error).split())
    for secret in (account.url.password, account.password):
        text = text.replace(secret, "***") if secret else text
    text = _ADDRESS.sub("", text) or type(error).__name__
    lowered = text.lower()
    if "connection refused" in lowered:
        reason = Reason.REFUSED
    elif "timeout" in lowered:
        reason = Reason.TIMEOUT
    elif any(word in lowered for word in _ABOUT_IDENTITY):
        reason = Reason.AUTH
    elif "ssl" in lowered or "certificate" in lowered:
        reason = Reason.TLS
    elif "closed the connection" in lowered:
        reason = Reason.RESET
    else:
        reason = Reason.PROTOCOL
    return Failure(reason=reason, detail=text[:300])
