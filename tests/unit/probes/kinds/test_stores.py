"""Sessions with stores, judged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from atalaia.environment.url import parse_url
from atalaia.exchange.failure import Failure
from atalaia.exchange.failure import Reason as FailureReason
from atalaia.systems.postgres.session import PostgresAccount, PostgresSession
from probes.kinds.postgres import Postgres, judge
from probes.model import Reason

URL = parse_url("postgresql://app@db.test/app", frozenset({"postgresql"}))


def _detail(session: dict[str, Any], **wanted: Any) -> str | None:
    login = PostgresAccount(URL)
    wrong = judge(PostgresSession(**session), Postgres(login, **wanted))
    assert wrong is None or wrong.reason is Reason.VALUE
    return wrong.detail if wrong else None


PRIMARY, REPLICA = {"in_recovery": False}, {"in_recovery": True}
LAG = timedelta(seconds=10)


@pytest.mark.parametrize(
    ("session", "wanted", "detail"),
    [
        (PRIMARY, {}, None),
        (PRIMARY, {"role": "primary"}, None),
        (REPLICA, {"role": "primary"}, "it is a replica; primary wanted"),
        ({}, {"role": "primary"}, "it is a None; primary wanted"),
        (PRIMARY, {"replication_lag": LAG}, None),
        ({**REPLICA, "replication_lag": 9.9}, {"replication_lag": LAG}, None),
        (
            {**REPLICA, "replication_lag": 10.1},
            {"replication_lag": LAG},
            "10.1 s behind its primary; at most 10s wanted",
        ),
        (REPLICA, {"replication_lag": LAG}, "a replica that has replayed nothing yet"),
        ({"rows": 1, "value": 3}, {"query": "SELECT 3", "value": 3}, None),
        ({"rows": 1, "value": 3}, {"query": "SELECT 3"}, None),
        ({"rows": 1, "value": 4}, {"query": "SELECT 4", "value": 3}, "the query gives 4; 3 wanted"),
        ({"rows": 0}, {"query": "SELECT 4"}, "the query gives no row; one wanted"),
        ({"rows": 2, "value": 3}, {"query": "SELECT 3"}, "the query gives several rows; one wanted"),
    ],
)
def test_a_session(session: dict[str, Any], wanted: dict[str, Any], detail: str | None) -> None:
    assert _detail(session, **wanted) == detail


def test_a_session_that_failed_tells_why() -> None:
    login = PostgresAccount(URL)
    failure = Failure(reason=FailureReason.AUTH, detail="password authentication failed")
    wrong = judge(PostgresSession(failure=failure), Postgres(login, role="primary"))
    assert wrong is not None
    assert (wrong.reason, wrong.detail) == (Reason.AUTH, "password authentication failed")
