"""Redis."""

from __future__ import annotations

from redis.asyncio import Redis as Client
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from sandbox.blueprint import Blueprint
from sandbox.process import Command
from sandbox.programs import Program
from sandbox.servers.server import Server


class Redis(Server):
    """Redis with a password, an append-only file, and no eviction."""

    name = "redis"
    programs = (Program("redis-server", "redis-server"),)
    ports = ("redis",)
    templates = {"redis.conf": "redis/redis.conf"}  # noqa: RUF012 - a constant of the class

    def command(self) -> Command:
        return self.run(str(self.blueprint.home(self.name) / "redis.conf"))

    async def ready(self) -> bool:
        return await redis_command(self.blueprint, "PING") in (True, b"PONG")


async def redis_command(blueprint: Blueprint, *words: str, password: str | None = None) -> object:
    """Send one command and return its reply. `password` "" logs in without one.

    Raises ConnectionError where Redis cannot be reached or refuses the command.
    """
    secret = blueprint.secrets.redis if password is None else password
    client = Client(
        host="127.0.0.1",
        port=blueprint.ports.redis,
        password=secret or None,
        socket_timeout=3,
        retry=Retry(NoBackoff(), 0),
        protocol=2,  # 3 begins with HELLO, which Redis refuses in words of its own without a password
    )
    try:
        reply: object = await client.execute_command(*words)  # type: ignore[no-untyped-call]
    except RedisError as error:
        raise ConnectionError(blueprint.redact(str(error))) from None
    finally:
        await client.aclose()
    return reply
