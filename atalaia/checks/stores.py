"""PostgreSQL and Redis: logging in, roles, and settings that data depends on."""

from __future__ import annotations

from atalaia.checks.addresses import Needs, connectable
from atalaia.checks.answers import not_measured
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.observables import postgres_session, redis_session
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.postgres.session import PostgresSession
from atalaia.systems.redis.session import RedisSession

_STORE = Hop.STORE.value


def _postgres(environment: Environment) -> tuple[str, ...] | NotDeclared:
    return ("postgres",) if environment.stores.postgres else NotDeclared("stores.postgres")


def _redis(environment: Environment) -> tuple[str, ...] | NotDeclared:
    return ("redis",) if environment.stores.redis else NotDeclared("stores.redis")


def _judge_postgres_login(seen: tuple[PostgresSession], expected: None) -> Verdict:
    (session,) = seen
    if session.failure:
        return not_measured(session.failure) or [
            Finding(
                expected="a session with the declared user, password and database",
                observed=str(session.failure),
                hop=_STORE,
            )
        ]
    if session.one != 1:
        return [Finding(expected="SELECT 1 gives 1", observed=f"it gave {session.one}", hop=_STORE)]
    return []


POSTGRES_LOGIN_REFUSED = Check(
    id="postgres.login-refused",
    severity=Severity.CRITICAL,
    catches="A wrong user, password or database, a pg_hba.conf without this client, a server still starting.",
    remedy="Compare stores.postgres.dsn with the server's users, databases and pg_hba.conf.",
    source="CN09",
    targets=_postgres,
    observes=lambda environment, target: (postgres_session(environment),),
    requires=connectable,
    judge=_judge_postgres_login,
)


def _judge_postgres_role(seen: tuple[PostgresSession], expected: str) -> Verdict:
    (session,) = seen
    if session.in_recovery is None:
        return Inconclusive("the server did not say whether it is in recovery")
    role = "replica" if session.in_recovery else "primary"
    if role == expected:
        return []
    observed = "in recovery, as a replica is: it takes no writes" if session.in_recovery else "a primary"
    return [Finding(expected=f"a {expected}", observed=observed, hop=_STORE)]


def _postgres_role(environment: Environment, target: str) -> str | None:
    return environment.stores.postgres.role if environment.stores.postgres else None


POSTGRES_WRONG_ROLE = Check(
    id="postgres.wrong-role",
    severity=Severity.CRITICAL,
    catches="A primary that is really a replica (after a failover, say), or the reverse.",
    remedy="Point stores.postgres.dsn at the server with the declared role, or promote the replica.",
    source="CN09",
    targets=_postgres,
    observes=lambda environment, target: (postgres_session(environment),),
    expects=_postgres_role,
    requires=lambda environment, target: ((POSTGRES_LOGIN_REFUSED, target),),
    judge=_judge_postgres_role,
)


def _judge_redis_login(seen: tuple[RedisSession], expected: None) -> Verdict:
    (session,) = seen
    if session.ping:
        return []
    return not_measured(session.failure) or [
        Finding(
            expected="PONG to a PING with the declared credentials",
            observed=str(session.failure or "no PONG"),
            hop=_STORE,
        )
    ]


REDIS_LOGIN_REFUSED = Check(
    id="redis.login-refused",
    severity=Severity.CRITICAL,
    catches="A wrong password or user, or a server that still loads its data or is too busy to answer.",
    remedy="Compare stores.redis with the server's requirepass or ACL users.",
    source="CN10",
    targets=_redis,
    observes=lambda environment, target: (redis_session(environment),),
    requires=connectable,
    judge=_judge_redis_login,
)


def _judge_redis_open(seen: tuple[RedisSession], expected: None) -> Verdict:
    (session,) = seen
    if session.auth_required is None:
        return Inconclusive(f"the server did not answer an anonymous PING: {session.failure}")
    if session.auth_required:
        return []
    return [
        Finding(
            expected="commands are refused until the client has authenticated",
            observed="an anonymous PING was answered",
            hop=_STORE,
        )
    ]


REDIS_OPEN = Check(
    id="redis.open",
    severity=Severity.CRITICAL,
    catches="A Redis that serves anybody who can reach its port.",
    remedy="Set requirepass (or ACL users, with the default user off), and bind Redis to the inner network.",
    source="CN10",
    targets=_redis,
    observes=lambda environment, target: (redis_session(environment),),
    requires=connectable,
    judge=_judge_redis_open,
)


def _redis_role(environment: Environment, target: str) -> str | None:
    return environment.stores.redis.role if environment.stores.redis else None


def _judge_redis_role(seen: tuple[RedisSession], expected: str) -> Verdict:
    (session,) = seen
    if session.role is None:
        return Inconclusive("INFO did not tell the role; the user may not be allowed to ask")
    if session.role == expected:
        return []
    return [Finding(expected=f"a {expected}", observed=f"a {session.role}", hop=_STORE)]


REDIS_WRONG_ROLE = Check(
    id="redis.wrong-role",
    severity=Severity.CRITICAL,
    catches="A master that is really a replica and takes no writes, or the reverse.",
    remedy="Point stores.redis.url at the server with the declared role, or promote the replica.",
    source="CN10",
    targets=_redis,
    observes=lambda environment, target: (redis_session(environment),),
    expects=_redis_role,
    requires=lambda environment, target: ((REDIS_LOGIN_REFUSED, target),),
    judge=_judge_redis_role,
)


def _with_eviction(environment: Environment) -> tuple[str, ...] | NotDeclared:
    store = environment.stores.redis
    return ("redis",) if store and store.eviction else NotDeclared("stores.redis.eviction")


def _eviction(environment: Environment, target: str) -> str | None:
    return environment.stores.redis.eviction if environment.stores.redis else None


def _judge_eviction(seen: tuple[RedisSession], expected: str) -> Verdict:
    (session,) = seen
    if session.maxmemory_policy is None:
        return Inconclusive("INFO did not tell the eviction policy; the user may not be allowed to ask")
    if session.maxmemory_policy == expected:
        return []
    return [
        Finding(
            expected=f"maxmemory-policy {expected}",
            observed=f"maxmemory-policy {session.maxmemory_policy}",
            hop=_STORE,
        )
    ]


REDIS_WRONG_EVICTION = Check(
    id="redis.wrong-eviction",
    severity=Severity.MAJOR,
    catches="A store of sessions or rate-limit counters that throws them away when memory runs short.",
    remedy="Set maxmemory-policy as declared: noeviction for data that must stay, allkeys-* for a cache.",
    source="CN10",
    targets=_with_eviction,
    observes=lambda environment, target: (redis_session(environment),),
    expects=_eviction,
    requires=lambda environment, target: ((REDIS_LOGIN_REFUSED, target),),
    judge=_judge_eviction,
)

CHECKS: tuple[Check, ...] = (
    POSTGRES_LOGIN_REFUSED,
    POSTGRES_WRONG_ROLE,
    REDIS_LOGIN_REFUSED,
    REDIS_OPEN,
    REDIS_WRONG_ROLE,
    REDIS_WRONG_EVICTION,
)


def usable_stores(environment: Environment, names: tuple[str, ...]) -> Needs:
    """What must hold of the named stores, as far as they are declared, for those who depend on them."""
    declared = {
        "postgres": (POSTGRES_LOGIN_REFUSED, environment.stores.postgres),
        "redis": (REDIS_LOGIN_REFUSED, environment.stores.redis),
    }
    return tuple((declared[name][0], name) for name in names if name in declared and declared[name][1])
