"""Places in texts are filled; all else stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.generator import filling

NAMES = ("id", "who")


def filled(template: str, values: dict[str, Any], told: Any = filling.plain) -> str:
    made = filling.text(template, NAMES, told)
    return made if isinstance(made, str) else made(values)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("/users/{id}", "/users/7"),
        ("{id}{who}", "7ana"),
        ("{other} {id}", "{other} 7"),
        ('{"json": {id}}', '{"json": 7}'),
        ("nothing", "nothing"),
        ("{{id}}", "{7}"),
    ],
)
def test_only_names_are_places(template: str, expected: str) -> None:
    assert filled(template, {"id": 7, "who": "ana"}) == expected


def test_a_path_holds_no_more_than_one_segment_of_a_value() -> None:
    assert (
        filled("/u/{who}", {"who": "a/../b?c=d&é %"}, filling.in_path)
        == "/u/a%2F..%2Fb%3Fc%3Dd%26%C3%A9%20%25"
    )


def test_a_header_holds_one_line() -> None:
    assert filled("Bearer {who}", {"who": "a.b-c"}, filling.in_header) == "Bearer a.b-c"
    with pytest.raises(filling.Unsendable):
        filled("Bearer {who}", {"who": "a\r\nHost: elsewhere"}, filling.in_header)


def test_what_was_not_saved_cannot_be_filled() -> None:
    with pytest.raises(KeyError):
        filled("/{id}", {"who": "ana"})


BODY = {"id": "{id}", "text": "for {who}", "kept": "{other}", "more": [{"deep": "{who}"}, 1, None, True]}


def test_a_body_is_filled_wherever_a_text_is() -> None:
    make = filling.body(BODY, NAMES)
    assert callable(make)
    assert json.loads(make({"id": {"a": 1}, "who": 'a"na'})) == {
        "id": {"a": 1}, "text": 'for a"na', "kept": "{other}", "more": [{"deep": 'a"na'}, 1, None, True],
    }  # fmt: skip


def test_a_body_without_places_is_made_once() -> None:
    assert filling.body({"é": [1, "{other}"]}, NAMES) == '{"é":[1,"{other}"]}'.encode()


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_body_is_json_whatever_the_values(template: str, value: str) -> None:
    make = filling.body({"a": template + "{id}", "b": "{id}"}, NAMES)
    assert callable(make)
    found = json.loads(make({"id": value, "who": "ana"}))
    assert found["b"] == value
    assert found["a"].endswith(value)
