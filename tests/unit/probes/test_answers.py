"""Whether an answer is as it must be: what is expected, and what a body claims."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from atalaia.environment.probes import Expect
from atalaia.exchange.failure import Failure
from atalaia.exchange.failure import Reason as FailureReason
from atalaia.exchange.presented import Presented
from atalaia.exchange.reading import Timed
from atalaia.exchange.response import Response
from probes.answers import excerpt, judge
from probes.expected import Expected
from probes.model import Reason

NOW = 1_795_000_000.0
DAY = 86400


def _timed(status: int = 200, body: bytes = b'{"status": "UP", "n": [1]}', **other: Any) -> Timed:
    headers = (("Content-Type", "application/json"), ("X-Two", "a"), ("x-two", "b"))
    told: dict[str, Any] = {
        "response": Response(status=status, headers=headers, body=body),
        "started": NOW,
        "elapsed": 0.12,
        **other,
    }
    return Timed(**told)


def _reasons(timed: Timed, *, health: bool = False, **expect: Any) -> list[Reason]:
    return [wrong.reason for wrong in judge(timed, Expected.of(Expect.model_validate(expect)), health=health)]


@pytest.mark.parametrize(
    ("status", "expected", "reasons"),
    [
        (204, (), []),
        (302, (), [Reason.STATUS]),
        (302, (301, 302), []),
        (200, (302,), [Reason.STATUS]),
        (401, (), [Reason.AUTH]),
        (403, (), [Reason.AUTH]),
        (401, (401,), []),
        (429, (), [Reason.UNMEASURED]),
        (429, (429,), []),
        (503, (), [Reason.STATUS]),
    ],
)
def test_the_status(status: int, expected: tuple[int, ...], reasons: list[Reason]) -> None:
    assert _reasons(_timed(status), status=expected) == reasons


@pytest.mark.parametrize(
    ("expect", "reasons"),
    [
        ({"headers": {"content-type": "^application/json"}}, []),
        ({"headers": {"X-Two": "b"}}, []),
        ({"headers": {"X-Two": "c"}}, [Reason.HEADER]),
        ({"headers": {"X-None": "."}}, [Reason.HEADER]),
        ({"body": "UP"}, []),
        ({"body": "DOWN"}, [Reason.BODY]),
        ({"json": {"/status": "UP", "/n/0": 1}}, []),
        ({"json": {"/status": "DOWN"}}, [Reason.BODY]),
        ({"json": {"/none": 1}}, [Reason.BODY]),
        ({"latency": timedelta(seconds=0.2)}, []),
        ({"latency": timedelta(seconds=0.1)}, [Reason.LATENCY]),
        ({"body": "DOWN", "latency": timedelta(seconds=0.1)}, [Reason.BODY, Reason.LATENCY]),
    ],
)
def test_what_else_is_expected(expect: dict[str, Any], reasons: list[Reason]) -> None:
    assert _reasons(_timed(), **expect) == reasons


def test_an_expression_that_would_take_for_ever_is_given_up() -> None:
    body = b"a" * 60 + b"b"
    (wrong,) = judge(_timed(body=body), Expected(body="(a|aa)+$"))
    assert wrong.reason is Reason.BODY
    assert "not found out within 250 ms" in wrong.detail


def test_a_body_that_is_no_json_has_no_values() -> None:
    assert _reasons(_timed(body=b"<html>"), json={"/status": "UP"}) == [Reason.BODY]


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        (b'{"status": "UP"}', []),
        (b"", []),
        (b'{"status": "DOWN"}', [Reason.BODY]),
        (b"<html>", [Reason.BODY]),
    ],
)
def test_a_health_document_is_believed_and_not_its_status(body: bytes, reasons: list[Reason]) -> None:
    assert _reasons(_timed(body=body), health=True) == reasons
    assert _reasons(_timed(body=body)) == []


@pytest.mark.parametrize(
    ("days", "reasons"), [(31, []), (29, [Reason.CERTIFICATE]), (-1, [Reason.CERTIFICATE])]
)
def test_a_certificate_is_good_for_long_enough(days: int, reasons: list[Reason]) -> None:
    timed = _timed(tls=Presented("TLSv1.3", "TLS_AES_256_GCM_SHA384", NOW + days * DAY))
    assert _reasons(timed, certificate=timedelta(days=30)) == reasons


@pytest.mark.parametrize(
    ("failure", "refused", "reason"),
    [
        (FailureReason.REFUSED, False, Reason.REFUSED),
        (FailureReason.TLS, False, Reason.TLS),
        (FailureReason.TLS, True, Reason.CERTIFICATE),
        (FailureReason.SOURCE, False, Reason.UNMEASURED),
        (FailureReason.STALLED, False, Reason.UNMEASURED),
    ],
)
def test_what_was_not_answered_has_one_reason(failure: FailureReason, refused: bool, reason: Reason) -> None:
    timed = Timed(failure=Failure(reason=failure, detail="so it was"), refused=refused)
    (wrong,) = judge(timed, Expected(body="x"))
    assert (wrong.reason, wrong.detail) == (reason, "so it was")


def test_every_way_to_fail_of_an_exchange_has_a_reason() -> None:
    for failure in FailureReason:
        assert judge(Timed(failure=Failure(reason=failure, detail="x")), Expected())[0].reason in Reason


def test_an_excerpt_is_short_and_lets_nobody_in() -> None:
    token = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
    told = excerpt(Response(status=500, body=b"went\n wrong: " + token + b"x" * 500))
    assert told.startswith(": went wrong: eyJ")
    assert "c2lnbmF0dXJl" not in told
    assert len(told) < 120
    assert excerpt(Response(status=500, body=b"\x00\x01")) == ""


def test_an_excerpt_ends_before_a_word_that_it_would_cut() -> None:
    """A secret's beginning is not found by who takes out secrets."""
    told = excerpt(Response(status=500, body=b'{"why": "no", "password": "' + b"s3cret" * 30 + b'"}'))
    assert told == ': {"why": "no", "password": "…'


@pytest.mark.parametrize("status", [200, 201, 302])
def test_of_an_answer_that_is_no_error_the_body_is_not_told(status: int) -> None:
    """A login that answers 200 where 201 is meant says a token, which nobody has saved as yet."""
    (wrong,) = judge(_timed(status, b'{"access_token": "opaque"}'), Expected(status=(204,)))
    assert wrong.detail == f"{status}; 204 wanted"
