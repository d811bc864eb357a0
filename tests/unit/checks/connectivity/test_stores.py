"""What PostgreSQL and Redis must tell."""

from __future__ import annotations

from atalaia.systems.postgres.session import PostgresSession
from atalaia.systems.redis.session import RedisSession
from tests.support.imagined import REFUSED
from tests.unit.checks.connectivity.judging import judge, only, why


def test_stores_that_do_not_tell_decide_nothing():
    assert why(judge("postgres.wrong-role", "postgres", PostgresSession(one=1)))
    assert why(judge("redis.wrong-role", "redis", RedisSession(ping=True)))
    assert why(judge("redis.wrong-eviction", "redis", RedisSession(ping=True)))
    assert why(judge("redis.open", "redis", RedisSession(failure=REFUSED)))


def test_select_1_must_give_1():
    assert only(judge("postgres.login-refused", "postgres", PostgresSession(one=2))).observed == "it gave 2"
