"""The clients of the stores against real servers, and against those that do their worst."""

from __future__ import annotations

import asyncio
import os
import struct
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from atalaia.environment.url import parse_url
from atalaia.exchange.failure import Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.systems.observe import observe
from atalaia.systems.postgres.model import PostgresLogin
from atalaia.systems.postgres.session import PostgresSession
from atalaia.systems.redis.model import RedisLogin
from atalaia.systems.redis.session import RedisSession
from tests.support.stores import PASSWORD, postgres_server, redis_cli, redis_server

QUICK = Network(connect=timedelta(seconds=0.5), total=timedelta(seconds=1), hosts={"store.test": "127.0.0.1"})


def redis_session(url: str, network: Network = QUICK) -> RedisSession:
    parsed = parse_url(url, frozenset({"redis", "rediss"}))
    seen = asyncio.run(observe(RedisLogin(key="redis", hop=Hop.STORE, url=parsed), network))
    assert isinstance(seen, RedisSession)
    return seen


def postgres_session(url: str, network: Network = QUICK) -> PostgresSession:
    parsed = parse_url(url, frozenset({"postgresql"}))
    seen = asyncio.run(observe(PostgresLogin(key="postgres", hop=Hop.STORE, url=parsed), network))
    assert isinstance(seen, PostgresSession)
    return seen


@pytest.fixture(scope="module")
def guarded() -> Iterator[int]:
    with redis_server("--requirepass", PASSWORD, "--maxmemory-policy", "volatile-lru") as port:
        redis_cli(port, "ACL", "SETUSER", "prober", "on", ">prober-secret", "+ping", password=PASSWORD)
        yield port


@pytest.fixture(scope="module")
def unguarded() -> Iterator[int]:
    with redis_server() as port:
        yield port


@pytest.fixture(scope="module")
def postgres() -> Iterator[int]:
    with postgres_server() as port:
        yield port


def test_redis_tells_who_it_is_and_is_only_asked(guarded):
    redis_cli(guarded, "CONFIG", "RESETSTAT", password=PASSWORD)
    session = redis_session(f"redis://:{PASSWORD}@store.test:{guarded}/3")
    assert replace(session, elapsed=0.0, server_version=None) == RedisSession(
        auth_required=True, ping=True, role="master", maxmemory_policy="volatile-lru"
    )
    statistics = redis_cli(guarded, "INFO", "commandstats", password=PASSWORD)
    commands = {line.partition(":")[0] for line in statistics.splitlines() if line.startswith("cmdstat_")}
    # CONFIG is this test's own.
    assert commands - {"cmdstat_config|resetstat"} == {"cmdstat_ping", "cmdstat_auth", "cmdstat_info"}


@pytest.mark.parametrize(("credentials", "words"), [(":wrong-password@", "WRONGPASS"), ("", "NOAUTH")])
def test_redis_refuses_other_credentials(guarded, credentials, words):
    session = redis_session(f"redis://{credentials}127.0.0.1:{guarded}")
    assert (session.auth_required, session.ping) == (True, False)
    assert session.failure is not None
    assert (session.failure.reason, session.failure.detail.split()[0]) == (Reason.AUTH, words)
    assert "wrong-password" not in repr(session)


def test_a_user_that_may_only_ping_leaves_the_rest_unknown(guarded):
    session = redis_session(f"redis://prober:prober-secret@127.0.0.1:{guarded}")
    assert (session.ping, session.role, session.maxmemory_policy, session.failure) == (True, None, None, None)


@pytest.mark.parametrize("credentials", ["", f":{PASSWORD}@"])
def test_a_redis_without_password_is_open_whatever_is_declared(unguarded, credentials):
    session = redis_session(f"redis://{credentials}127.0.0.1:{unguarded}")
    assert (session.auth_required, session.ping, session.role) == (False, True, "master")


def test_a_replica_says_so(guarded, unguarded):
    redis_cli(unguarded, "REPLICAOF", "127.0.0.1", "1")
    try:
        assert redis_session(f"redis://127.0.0.1:{unguarded}").role == "replica"
    finally:
        redis_cli(unguarded, "REPLICAOF", "NO", "ONE")


def test_postgresql_tells_who_it_is(postgres):
    session = postgres_session(f"postgresql://app:{PASSWORD}@store.test:{postgres}/app")
    assert (session.one, session.in_recovery, session.failure) == (1, False, None)
    assert session.server_version is not None
    assert session.server_version.startswith("15.")


@pytest.mark.parametrize(
    ("user", "database", "words"),
    [("app:wrong-password", "app", "password authentication failed"), ("app", "app", "no password supplied"),
     (f"app:{PASSWORD}", "none", 'database "none" does not exist'), ("", "app", "no password supplied")],
)  # fmt: skip
def test_postgresql_refuses_others(postgres, user, database, words):
    session = postgres_session(f"postgresql://{user}@127.0.0.1:{postgres}/{database}")
    assert session.one is None
    assert session.failure is not None
    assert session.failure.reason is Reason.AUTH
    assert words in session.failure.detail
    assert "connection to server" not in session.failure.detail


def test_only_what_is_declared_counts_not_the_variables_of_libpq(postgres, monkeypatch, tmp_path):
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"*:*:*:*:{PASSWORD}\n")
    passwords.chmod(0o600)
    foreign = {
        "PGPASSWORD": PASSWORD,
        "PGPASSFILE": str(passwords),
        "PGSERVICE": "none",
        "PGOPTIONS": "-c no=1",
    }
    for name, value in foreign.items():
        monkeypatch.setenv(name, value)
    assert postgres_session(f"postgresql://app:{PASSWORD}@127.0.0.1:{postgres}/app").one == 1
    refused = postgres_session(f"postgresql://app@127.0.0.1:{postgres}/app")
    assert refused.failure is not None
    assert refused.failure.reason is Reason.AUTH
    assert {name: os.environ[name] for name in foreign} == foreign, "they are others' all the same"


def test_a_message_never_holds_the_password_or_the_query(postgres):
    session = postgres_session(f"postgresql://app:{PASSWORD}@127.0.0.1:{postgres}/app?none_such=marked-value")
    assert session.failure is not None
    assert PASSWORD not in repr(session)
    assert "marked-value" not in repr(session)


async def _says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _speaks_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()
    writer.close()


async def _hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _never_ends_its_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    while not writer.is_closing():
        writer.write(b"+" * 65536)
        await writer.drain()


async def _promises_a_gigabyte(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    writer.write(b"$1073741824\r\n")
    await writer.drain()
    await reader.read()


async def _lets_in_and_hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """PostgreSQL's protocol as far as the end of the login."""
    for _ in range(2):  # the wish for TLS, refused; the start of a session, granted
        (length,) = struct.unpack("!I", await reader.readexactly(4))
        wish = await reader.readexactly(length - 4)
        if wish == struct.pack("!I", 80877103):
            writer.write(b"N")
            continue
        writer.write(b"R" + struct.pack("!II", 8, 0) + b"Z" + struct.pack("!I", 5) + b"I")
        break
    await writer.drain()
    await reader.read()
    await reader.read()


@pytest.mark.parametrize(
    ("behaviour", "scheme", "reason"),
    [
        (_says_nothing, "redis", Reason.TIMEOUT),
        (_says_nothing, "rediss", Reason.TIMEOUT),
        (_says_nothing, "postgresql", Reason.TIMEOUT),
        (_speaks_http, "redis", Reason.PROTOCOL),
        (_hangs_up, "redis", Reason.RESET),
        (_hangs_up, "postgresql", None),
        (_never_ends_its_line, "redis", Reason.PROTOCOL),
        (_promises_a_gigabyte, "redis", Reason.PROTOCOL),
        (_lets_in_and_hangs, "postgresql", Reason.TIMEOUT),
    ],
)
def test_a_bad_server_is_a_failure_in_bounded_time(behaviour, scheme, reason):
    async def ask() -> RedisSession | PostgresSession:
        server = await asyncio.start_server(behaviour, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        url = parse_url(f"{scheme}://app:{PASSWORD}@127.0.0.1:{port}/app", frozenset({scheme}))
        kind = PostgresLogin if scheme == "postgresql" else RedisLogin
        seen = await observe(kind(key="store", hop=Hop.STORE, url=url), QUICK)
        server.close()
        assert isinstance(seen, (RedisSession, PostgresSession))
        return seen

    begun = time.monotonic()
    seen = asyncio.run(ask())
    assert time.monotonic() - begun < 4
    assert seen.failure is not None
    assert reason in (None, seen.failure.reason)
    assert PASSWORD not in repr(seen)
