"""JSON pointers, by the examples of RFC 6901."""

from __future__ import annotations

import pytest

from atalaia.exchange.pointer import NotThere, at, same

DOCUMENT = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, " ": 7, "n": None}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", DOCUMENT),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/m~0n", 8),
        ("/ ", 7),
        ("/n", None),
    ],
)
def test_it_leads_there(pointer: str, value: object) -> None:
    assert at(DOCUMENT, pointer) == value


@pytest.mark.parametrize("pointer", ["/bar", "/foo/2", "/foo/-", "/foo/01", "/foo/0/x", "/n/x", "/foo/-1"])
def test_nothing_is_there(pointer: str) -> None:
    with pytest.raises(NotThere, match="nothing at"):
        at(DOCUMENT, pointer)


def test_what_is_no_pointer_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with /"):
        at(DOCUMENT, "foo")


@pytest.mark.parametrize(
    ("found", "expected", "one"),
    [
        (1, 1.0, True),
        (1, True, False),
        (True, True, True),
        (0, False, False),
        ([1, True], (1, True), True),
        ([1, 1], (1, True), False),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ("1", 1, False),
        (None, None, True),
    ],
)
def test_values_are_compared_as_json_has_them(found: object, expected: object, one: bool) -> None:
    assert same(found, expected) is one
