"""Faults of PostgreSQL and Redis."""

import os

from atalaia.errors import NotMeasured
from sandbox.faults.fault import Changes, Fault
from sandbox.faults.means import intent, stopped
from sandbox.faults.settled import services_are_well, settled
from sandbox.process import unprivileged_account
from sandbox.readiness import until
from sandbox.running import Sandbox


async def _other_password(sandbox: Sandbox) -> None:
    await sandbox.sql("ALTER ROLE atalaia PASSWORD 'another one'")


async def _right_password(sandbox: Sandbox) -> None:
    await sandbox.sql(f"ALTER ROLE atalaia PASSWORD '{sandbox.secrets.postgres_toolkit}'")


async def _to_standby(sandbox: Sandbox) -> None:
    await sandbox.stop("postgres")
    signal = sandbox.blueprint.home("postgres") / "data" / "standby.signal"
    signal.touch(mode=0o600)
    if account := unprivileged_account():
        os.chown(signal, account.uid, account.gid)
    await sandbox.start("postgres")
    # Their pools hold sessions of the server that was.
    if not await until(lambda: services_are_well(sandbox), 60):
        raise NotMeasured("the services did not find the standby", where=sandbox.id)


async def _to_primary(sandbox: Sandbox) -> None:
    await sandbox.stop("postgres")
    (sandbox.blueprint.home("postgres") / "data" / "standby.signal").unlink(missing_ok=True)
    await sandbox.start("postgres")
    await settled(sandbox)


def _redis(name: str, description: str, apply: tuple[str, ...], revert: tuple[str, ...]) -> Fault:
    async def run(sandbox: Sandbox) -> None:
        await sandbox.redis(*apply)

    async def undo(sandbox: Sandbox) -> None:
        await sandbox.redis(*revert)
        await settled(sandbox)

    return Fault(name, Changes.LIVE, description, run, undo)


async def _open_redis(sandbox: Sandbox) -> None:
    # Without a password, protected mode would still turn away all but 127.0.0.1.
    await sandbox.redis("CONFIG", "SET", "protected-mode", "no", "requirepass", "")


async def _close_redis(sandbox: Sandbox) -> None:
    secret = sandbox.secrets.redis
    await sandbox.redis("CONFIG", "SET", "protected-mode", "yes", "requirepass", secret, password="")
    await settled(sandbox)


FAULTS = (
    stopped("postgres-stopped", "postgres", "PostgreSQL does not run"),
    Fault(
        "postgres-password",
        Changes.LIVE,
        "PostgreSQL has another password for the toolkit's role than the environment",
        _other_password,
        _right_password,
    ),
    Fault(
        "postgres-in-recovery",
        Changes.LIVE,
        "PostgreSQL is a standby, where a primary is declared",
        _to_standby,
        _to_primary,
    ),
    stopped("redis-stopped", "redis", "Redis does not run"),
    Fault("redis-open", Changes.LIVE, "Redis asks for no password", _open_redis, _close_redis),
    intent(
        "redis-password",
        "the environment has another password for Redis than Redis",
        (r'(url: "redis://:)[^@]*@', r"\1not-the-password@"),
    ),
    _redis(
        "redis-replica",
        "Redis is a replica, where a master is declared",
        ("REPLICAOF", "127.0.0.1", "1"),
        ("REPLICAOF", "NO", "ONE"),
    ),
    _redis(
        "redis-evicts",
        "Redis throws away what was not used lately, where noeviction is declared",
        ("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"),
        ("CONFIG", "SET", "maxmemory-policy", "noeviction"),
    ),
)
