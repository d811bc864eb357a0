"""Asking PostgreSQL and Redis whether they really answer."""

from __future__ import annotations

import asyncio

import psycopg

from sandbox.standins.redis import Redis, RedisError

DEADLINE = 1.0
"""Seconds that one store may take before it counts as DOWN."""


class Stores:
    """A service's two stores. Whoever asks while an answer is under way shares it: one connection each."""

    def __init__(self, postgres: str, redis: str) -> None:
        self._postgres = _Postgres(postgres)
        self._redis = Redis(redis)
        self._asking: asyncio.Task[dict[str, bool]] | None = None

    async def answer(self) -> dict[str, bool]:
        """Store → whether it answered within the deadline."""
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
            self._asking.add_done_callback(self._done)
        return await asyncio.shield(self._asking)

    async def close(self) -> None:
        """Give the connections back."""
        await self._postgres.close()
        self._redis.close()

    def _done(self, _: asyncio.Task[dict[str, bool]]) -> None:
        self._asking = None

    async def _ask(self) -> dict[str, bool]:
        postgres, redis = await asyncio.gather(self._postgres.answers(), self._redis_answers())
        return {"postgres": postgres, "redis": redis}

    async def _redis_answers(self) -> bool:
        try:
            async with asyncio.timeout(DEADLINE):
                try:
                    return await self._redis.command("PING") == "PONG"
                except RedisError:  # it may have broken while it was idle
                    self._redis.close()
                    return await self._redis.command("PING") == "PONG"
        except (RedisError, OSError, TimeoutError):
            self._redis.close()
            return False


class _Postgres:
    """One connection, opened when it is first needed and again when it has broken."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: psycopg.AsyncConnection[tuple[int]] | None = None

    async def answers(self) -> bool:
        """Whether SELECT 1 comes back in time; a connection that broke while idle is tried anew once."""
        try:
            async with asyncio.timeout(DEADLINE):
                reused = self._connection is not None
                try:
                    return await self._select()
                except psycopg.Error:
                    await self.close()
                    return await self._select() if reused else False
        except (psycopg.Error, OSError, TimeoutError):
            await self.close()
            return False

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _select(self) -> bool:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(
                self._dsn, autocommit=True, application_name="stand-in"
            )
        cursor = await self._connection.execute("SELECT 1")
        return await cursor.fetchone() == (1,)
