"""What a journey carries from step to step, and where it is put."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atalaia.environment.probes import Step as Declared
from atalaia.environment.url import parse_url
from atalaia.exchange.network import Network
from atalaia.exchange.response import Response
from atalaia.exchange.step import Step as Sent
from probes.carried import Carried, Unknown
from probes.step import Step

URL = parse_url("http://api.test/base", frozenset({"http"}))


def _step(**told: Any) -> Step:
    return Step.of(Declared.model_validate({"name": "one", "path": "/items", **told}))


def _carried(**values: Any) -> Carried:
    carried = Carried()
    save = {name: f"/{name}" for name in values}
    body = json.dumps(values).encode()
    assert carried.save(_step(save=save), Response(status=200, body=body)) == ""
    return carried


def _sent(carried: Carried, **told: Any) -> Sent:
    return carried.request(_step(**told), URL, None, Network())


def test_a_path_takes_a_value_as_one_segment() -> None:
    sent = _sent(_carried(id="a/b?c"), path="/items/{id}?x={id}")
    assert sent.target == "/base/items/a%2Fb%3Fc?x=a%2Fb%3Fc"


def test_a_header_takes_a_value_as_it_is() -> None:
    assert (
        _sent(_carried(token="t.o.k"), headers={"X-Token": "Bearer {token}"}).header("X-Token")
        == "Bearer t.o.k"
    )


def test_a_value_with_a_line_break_never_becomes_a_header() -> None:
    with pytest.raises(Unknown, match="cannot stand in a header"):
        _sent(_carried(token="a\r\nHost: evil"), headers={"X-Token": "{token}"})


@pytest.mark.parametrize(
    ("document", "body"),
    [
        ({"id": "{id}"}, {"id": 7}),
        ({"id": "no. {id}"}, {"id": "no. 7"}),
        ({"n": ["{id}", 1, None, True]}, {"n": [7, 1, None, True]}),
        ({"other": "{Not a name}"}, {"other": "{Not a name}"}),
    ],
)
def test_a_body_takes_values_in_its_texts(document: Any, body: Any) -> None:
    sent = _sent(_carried(id=7), method="POST", json=document)
    assert json.loads(sent.body or b"") == body
    assert sent.header("Content-Type") == "application/json"


def test_what_nobody_saved_is_unknown() -> None:
    with pytest.raises(Unknown, match="no step before it has saved id"):
        _sent(Carried(), path="/items/{id}")


@pytest.mark.parametrize(("body", "words"), [(b"<html>", "no JSON"), (b"{}", "nothing at /id")])
def test_what_cannot_be_saved_is_told(body: bytes, words: str) -> None:
    assert words in Carried().save(_step(save={"id": "/id"}), Response(status=200, body=body))


def test_all_that_is_carried_may_be_a_secret() -> None:
    assert set(_carried(token="t0ken", id=7).secrets()) == {"t0ken", "7"}
