"""Whether an answer is as expected, and what is saved from it."""

from __future__ import annotations

from typing import Any

import pytest

from loadtests.generator.answers import Answer, judge, reads_body, saved
from loadtests.plan import Expected, Request

HEAD = b"HTTP/1.1 103 Early\r\nX-A: early\r\n\r\nHTTP/1.1 200 OK\r\nx-a:  one \r\nX-A: two\r\n\r\n"
OK = Answer(200, HEAD, b'{"id": 1, "of": {"name": "Jos\xc3\xa9", "on": true}}')


def request(**more: Any) -> Request:
    saves = more.pop("saves", ())
    return Request(name="a", method="GET", path="/", saves=saves, expected=Expected(**more))


@pytest.mark.parametrize(
    ("expected", "answer", "wrong"),
    [
        ({}, OK, None),
        ({}, Answer(204), None),
        ({}, Answer(301), "301"),
        ({"statuses": (404,)}, Answer(404), None),
        ({"statuses": (404,)}, OK, "200"),
        ({"contains": "José"}, OK, None),
        ({"contains": "Ana"}, OK, "body"),
        ({"matches": r'"id": \d'}, OK, None),
        ({"matches": r'"id": \d\d'}, OK, "body"),
        ({"headers": (("X-a", "^two$"),)}, OK, None),
        ({"headers": (("X-a", "early"),)}, OK, "header X-a"),
        ({"headers": (("X-b", ""),)}, OK, "header X-b"),
        ({"values": (("/of/name", "José"),)}, OK, None),
        ({"values": (("/id", True),)}, OK, "body: /id"),
        ({"values": (("/of/none", 1),)}, OK, "body: /of/none"),
        ({"values": (("/id", 1),)}, Answer(200, b"", b"<html>"), "body: not JSON"),
        ({"values": (("/id", 1),)}, Answer(200, b"", b"[" * 200_000), "body: not JSON"),
        ({"contains": "José"}, Answer(503, b"", b"Jos\xc3\xa9"), "503"),
    ],
)
def test_an_answer_is_judged(expected: dict[str, Any], answer: Answer, wrong: str | None) -> None:
    assert judge(request(**expected))(answer) == wrong


def test_an_expression_that_never_ends_is_no_match() -> None:
    slow = request(matches=r"(a+a+)+$")
    assert judge(slow)(Answer(200, b"", b"a" * 60 + b"b")) == "body"


def test_values_are_saved() -> None:
    assert saved(request(saves=(("x", "/of"), ("y", "/id"))), OK) == {
        "x": {"name": "José", "on": True}, "y": 1,
    }  # fmt: skip
    assert saved(request(saves=(("x", "/no"),)), OK) == "body: nothing at /no"
    assert saved(request(saves=(("x", "/no"),)), Answer(200, b"", b"{")) == "body: not JSON"


def test_a_body_that_nobody_asks_for_is_not_kept() -> None:
    assert not reads_body(request(headers=(("a", "b"),), statuses=(200,)))
    assert reads_body(request(saves=(("x", "/x"),)))
    assert reads_body(request(contains="x"))
