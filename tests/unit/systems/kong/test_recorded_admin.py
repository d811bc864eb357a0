"""What the Admin and the Status API of a real Kong 3.4.2 said: the model says the same, field by field."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from atalaia.systems.kong.admin.answers import Answer
from tests.support.kong_recordings import NOT_REPRODUCED, Headers, Recorded, told, undescribed
from tests.support.modelled_node import ModelledNode

OF_THE_LISTENER = {"Date", "X-Kong-Admin-Latency", "Server"}
"""Headers that whoever sends the answer adds; the exchanges over a socket compare them."""

RECORDED = {recorded.n: recorded for recorded in told()}
REPRODUCED = [n for n in RECORDED if n not in NOT_REPRODUCED]


@pytest.fixture(scope="module")
def answers() -> dict[int, Answer]:
    """The model's answers to all of them, in the order in which they were asked."""
    node = ModelledNode()
    return {n: node.answer(recorded) for n, recorded in RECORDED.items()}


@pytest.mark.parametrize("n", REPRODUCED, ids=lambda n: str(RECORDED[n]))
def test_the_model_answers_as_recorded(answers: dict[int, Answer], n: int) -> None:
    """Status, headers (their order aside), every field of the document; lists in one order."""
    assert list(_differences(RECORDED[n], answers[n])) == []


def test_what_is_listed_as_not_reproduced_is_not(answers: dict[int, Answer]) -> None:
    for n in NOT_REPRODUCED:
        assert list(_differences(RECORDED[n], answers[n])), f"{RECORDED[n]} is reproduced now: take it off"


def test_the_root_document_tells_which_node_it_is_and_what_it_runs(answers: dict[int, Answer]) -> None:
    mine, recorded = answers[219].document, json.loads(RECORDED[219].body)
    for field in ("tagline", "version", "node_id"):
        assert mine[field] == recorded[field]
    mine, theirs = mine["plugins"], recorded["plugins"]
    assert mine["enabled_in_cluster"] == sorted(theirs["enabled_in_cluster"])
    assert mine["available_on_server"].keys() == theirs["available_on_server"].keys()


@pytest.mark.parametrize("n", [229, 230])
def test_a_page_says_where_the_next_one_begins(answers: dict[int, Answer], n: int) -> None:
    """One service a page; which one comes first is random."""
    page, recorded = answers[n].document, json.loads(RECORDED[n].body)
    assert (page["next"], page["offset"]) == (recorded["next"], recorded["offset"])
    assert len(page["data"]) == 1
    assert recorded["data"][0] in answers[221].document["data"]


def test_a_file_that_was_taken_is_served_from_then_on(answers: dict[int, Answer]) -> None:
    invalid, valid, again = answers[254], answers[262], answers[266]
    assert (invalid.loaded, again.loaded) == (None, None)
    assert valid.loaded is not None
    assert [route.name for route in valid.loaded.routes] == ["only-route"]


def _differences(recorded: Recorded, answer: Answer) -> Iterator[str]:
    if answer.status != recorded.status:
        yield f"{answer.status} instead of {recorded.status}"
    undescribed_here = recorded.target.startswith("/schemas/")
    mine = _headers(answer.headers(), length=not undescribed_here)
    theirs = _headers(recorded.headers, length=not undescribed_here)
    if mine != theirs:
        yield f"headers: {sorted(mine - theirs)} instead of {sorted(theirs - mine)}"
    body = "" if recorded.method == "HEAD" else answer.body.decode()
    if _document(body) != _document(recorded.body):
        yield f"body: {body} instead of {recorded.body}"


def _headers(headers: Headers, *, length: bool) -> Counter[tuple[str, str]]:
    left_out = OF_THE_LISTENER if length else {*OF_THE_LISTENER, "Content-Length"}
    return Counter((name, value) for name, value in headers if name not in left_out)


def _document(body: str) -> Any:
    """A document as it is compared: what has no order at a real Kong in one order."""
    if not body:
        return None
    document = json.loads(body)
    if "enabled_plugins" in document:
        return sorted(document["enabled_plugins"])
    if isinstance(document.get("data"), list):
        document["data"].sort(key=lambda entity: entity["id"])
    return undescribed(document) if "code" not in document and "fields" in document else document
