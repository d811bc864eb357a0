"""PostgreSQL and Redis."""

from atalaia.checks import stores
from suites.holds import holds


@holds(stores.POSTGRES_LOGIN_REFUSED)
def test_postgres_takes_the_declared_login_and_answers_a_query(case, hold):
    hold(case)


@holds(stores.POSTGRES_WRONG_ROLE)
def test_postgres_is_the_primary_or_replica_that_it_is_said_to_be(case, hold):
    hold(case)


@holds(stores.REDIS_LOGIN_REFUSED)
def test_redis_takes_the_declared_login_and_answers(case, hold):
    hold(case)


@holds(stores.REDIS_OPEN)
def test_redis_answers_nobody_who_has_not_logged_in(case, hold):
    hold(case)


@holds(stores.REDIS_WRONG_ROLE)
def test_redis_has_the_declared_role(case, hold):
    hold(case)


@holds(stores.REDIS_WRONG_EVICTION)
def test_redis_keeps_or_drops_data_as_declared(case, hold):
    hold(case)
