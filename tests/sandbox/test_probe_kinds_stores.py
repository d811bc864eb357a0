"""Probes of stores against real ones: who they let in, what they are, and what a query gives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from atalaia.environment.url import parse_url
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.systems.postgres.session import PostgresAccount
from atalaia.systems.redis.session import RedisAccount
from probes.kinds.postgres import Postgres
from probes.kinds.redis import Redis
from probes.model import Attempt, Planned, Reason
from probes.runner import run_all
from tests.support.standins import free_ports
from tests.support.stores import PASSWORD, postgres_replica, postgres_server, redis_server


@pytest.fixture(scope="module")
def postgres() -> Iterator[int]:
    with postgres_server() as port:
        yield port


@pytest.fixture(scope="module")
def redis() -> Iterator[int]:
    with redis_server("--requirepass", PASSWORD) as port:
        yield port


def _attempt(parameters: Any, timeout: float = 5) -> Attempt:
    planned = Planned(
        name="store",
        kind=type(parameters).__name__.lower(),
        instance="store",
        hop=Hop.STORE,
        interval=timedelta(seconds=60),
        timeout=timedelta(seconds=timeout),
        parameters=parameters,
    )
    (result,) = asyncio.run(run_all([planned], Network()))
    return result.last


def _postgres(port: int, *, password: str = PASSWORD, **more: Any) -> Postgres:
    url = parse_url(f"postgresql://app:{password}@127.0.0.1:{port}/app", frozenset({"postgresql"}))
    return Postgres(PostgresAccount(url), **more)


def _redis(port: int, *, password: str = PASSWORD, **more: Any) -> Redis:
    url = parse_url(f"redis://:{password}@127.0.0.1:{port}", frozenset({"redis"}))
    return Redis(RedisAccount(url), **more)


def test_a_primary_lets_in_and_is_one(postgres: int) -> None:
    attempt = _attempt(_postgres(postgres, role="primary", replication_lag=timedelta(seconds=1)))
    assert attempt.success, attempt.detail
    assert attempt.phases.keys() == {"login", "query"}
    assert attempt.facts == {}  # a primary is behind nobody


def test_a_primary_is_no_replica(postgres: int) -> None:
    attempt = _attempt(_postgres(postgres, role="replica"))
    assert (attempt.reason, attempt.detail) == (Reason.VALUE, "it is a primary; replica wanted")


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("SELECT 2 + 2", 4),
        ("SELECT 1.50", 1.5),
        ("SELECT count(*) FROM generate_series(1, 7) AS n WHERE n::text LIKE '%7%'", 1),
        ("SELECT true", True),
        ("SELECT 'a'", "a"),
        ("SELECT 7", None),
        ("SHOW server_encoding", "UTF8"),
    ],
)
def test_a_query_gives_its_value(postgres: int, query: str, value: object) -> None:
    attempt = _attempt(_postgres(postgres, query=query, value=value))
    assert attempt.success, attempt.detail


@pytest.mark.parametrize(
    ("query", "value", "detail"),
    [
        ("SELECT 1", 2, "the query gives 1; 2 wanted"),
        ("SELECT 1", True, "the query gives 1; True wanted"),
        ("SELECT 1 WHERE false", 1, "the query gives no row; one wanted"),
        ("SELECT generate_series(1, 100)", 1, "the query gives several rows; one wanted"),
    ],
)
def test_another_value_fails(postgres: int, query: str, value: object, detail: str) -> None:
    attempt = _attempt(_postgres(postgres, query=query, value=value))
    assert (attempt.reason, attempt.detail) == (Reason.VALUE, detail)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("CREATE TABLE harm (n int)", "read-only transaction"),
        ("SELECT 1; COMMIT; CREATE TABLE harm (n int)", "multiple commands"),
        ("COMMIT; CREATE TABLE harm (n int)", "multiple commands"),
    ],
)
def test_a_query_that_writes_is_refused(postgres: int, query: str, words: str) -> None:
    attempt = _attempt(_postgres(postgres, query=query))
    assert not attempt.success
    assert words in attempt.detail
    seen = _attempt(_postgres(postgres, query="SELECT to_regclass('harm') IS NULL", value=True))
    assert seen.success, seen.detail


def test_a_query_that_takes_for_ever_ends_in_time(postgres: int) -> None:
    attempt = _attempt(_postgres(postgres, query="SELECT pg_sleep(60)"), timeout=1)
    assert attempt.reason is Reason.TIMEOUT
    assert attempt.duration < 2


def test_a_wrong_password_is_told_as_that(postgres: int, redis: int) -> None:
    for attempt in (
        _attempt(_postgres(postgres, password="wrong")),
        _attempt(_redis(redis, password="wrong")),
    ):
        assert attempt.reason is Reason.AUTH, attempt.detail


def test_a_store_that_is_gone_is_refused() -> None:
    (port,) = free_ports(1)
    assert _attempt(_postgres(port)).reason is Reason.REFUSED
    assert _attempt(_redis(port)).reason is Reason.REFUSED


def test_redis_lets_in_and_is_a_master(redis: int) -> None:
    attempt = _attempt(_redis(redis, role="master"))
    assert attempt.success, attempt.detail
    assert attempt.shown["role"] == "master"


def test_a_master_is_no_replica(redis: int) -> None:
    attempt = _attempt(_redis(redis, role="replica"))
    assert (attempt.reason, attempt.detail) == (Reason.VALUE, "it is a master; replica wanted")


def test_a_replica_tells_how_far_it_is_behind(postgres: int) -> None:
    lag = timedelta(seconds=5)
    with postgres_replica(postgres) as port:
        fresh = _attempt(_postgres(port, role="replica", replication_lag=lag))
        assert fresh.success, fresh.detail
        assert fresh.facts["atalaia_probe_replication_lag_seconds"] == 0  # however old the last write is
        _stop_streaming(port)
        alone = _attempt(_postgres(port, role="replica", replication_lag=timedelta(milliseconds=1)))
    assert alone.reason is Reason.VALUE
    assert "its primary" in alone.detail or "replayed nothing yet" in alone.detail


def _stop_streaming(port: int) -> None:
    """Point the replica at nobody, and wait until it no longer receives."""
    import psycopg

    with psycopg.connect(f"postgresql://app:{PASSWORD}@127.0.0.1:{port}/app", autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET primary_conninfo = ''")
        connection.execute("SELECT pg_reload_conf()")
        deadline = time.monotonic() + 10
        while connection.execute("SELECT count(*) FROM pg_stat_wal_receiver").fetchone() != (0,):
            assert time.monotonic() < deadline
            time.sleep(0.05)
