"""What the Admin API listed of the recorded declarative file: the model's entities, field by field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.entities import Configuration
from atalaia.systems.kong.problems import DeclarativeError
from sandbox.standins.kong import lists
from tests.support.kong_recordings import DECLARATIVE, Recorded, recordings, said_by_a_configuration

LISTS = (221, 222, 223, 224, 226, 227, 228, 236, 240, 244, 265)
PAGES = (229, 230)
ONE, REFUSED_QUERIES, NOT_FOUND = (225,), (232, 233, 234, 235), (237, 239)
CONFIGURATIONS = (254, 262, 266)
LOADED_AT = 1795258041
"""created_at and updated_at of every entity."""

_STAMPS = ("created_at", "updated_at")
RECORDED = {recorded.n: recorded for recorded in recordings("admin", "status-api")}


def test_every_listed_exchange_is_compared_below() -> None:
    here = {*LISTS, *PAGES, *ONE, *REFUSED_QUERIES, *NOT_FOUND, *CONFIGURATIONS}
    assert {recorded.n for recorded in said_by_a_configuration()} == here


@pytest.mark.parametrize("n", LISTS, ids=lambda n: RECORDED[n].note)
def test_a_list_holds_what_kong_listed(n: int) -> None:
    """Every field of every entity, in no order: Kong's own is random."""
    recorded = RECORDED[n]
    document = json.loads(recorded.body)
    answered = _listed(_configuration(recorded), recorded)
    assert answered["next"] is document["next"] is None
    assert _sorted(answered["data"]) == _sorted(document["data"])


@pytest.mark.parametrize("n", PAGES, ids=lambda n: RECORDED[n].note)
def test_a_page_says_where_the_next_one_begins(n: int) -> None:
    """One service a page; which one comes first is random."""
    recorded = RECORDED[n]
    document, answered = json.loads(recorded.body), _listed(load(DECLARATIVE, loaded_at=LOADED_AT), recorded)
    assert (answered["next"], answered["offset"]) == (document["next"], document["offset"])
    everything = _listed(load(DECLARATIVE, loaded_at=LOADED_AT), RECORDED[221])["data"]
    assert len(answered["data"]) == 1
    assert document["data"][0] in everything


@pytest.mark.parametrize("n", ONE, ids=lambda n: RECORDED[n].note)
def test_one_entity_is_told_as_kong_tells_it(n: int) -> None:
    _, entity, key = RECORDED[n].target.split("/")
    found = lists.find(load(DECLARATIVE, loaded_at=LOADED_AT), entity, key)
    assert found == json.loads(RECORDED[n].body)


@pytest.mark.parametrize("n", REFUSED_QUERIES, ids=lambda n: RECORDED[n].note)
def test_a_page_that_cannot_be_is_refused_in_kongs_words(n: int) -> None:
    with pytest.raises(lists.BadQuery) as refused:
        _listed(load(DECLARATIVE), RECORDED[n])
    assert refused.value.document == json.loads(RECORDED[n].body)


@pytest.mark.parametrize("n", NOT_FOUND, ids=lambda n: RECORDED[n].note)
def test_what_is_not_declared_is_not_found(n: int) -> None:
    _, entity, key, *_ = RECORDED[n].target.split("/")
    assert RECORDED[n].status == 404
    assert lists.find(load(DECLARATIVE), entity, key) is None


def test_a_bad_file_is_refused_and_a_good_one_taken_once() -> None:
    invalid, valid, again = (RECORDED[n] for n in CONFIGURATIONS)
    with pytest.raises(DeclarativeError) as refused:
        load(json.loads(invalid.request_body)["config"])
    assert (400, refused.value.document) == (invalid.status, json.loads(invalid.body))
    first, second = (
        load(json.loads(it.request_body)["config"], loaded_at=1795258142) for it in (valid, again)
    )
    entities = json.loads(valid.body)
    assert set(entities) == {"services", "routes"}
    for kind, told in entities.items():
        kept = [{k: v for k, v in it.items() if v is not None} for it in lists.documents(first, kind)]
        assert kept == list(told.values())
    assert (first.hash, again.status) == (second.hash, 304)


def _configuration(recorded: Recorded) -> Configuration:
    """What was served when this was asked."""
    if recorded.n < CONFIGURATIONS[1]:
        return load(DECLARATIVE, loaded_at=LOADED_AT)
    return load(json.loads(RECORDED[262].request_body)["config"], loaded_at=1795258142)


def _listed(configuration: Configuration, recorded: Recorded) -> Mapping[str, Any]:
    path, _, query = recorded.target.partition("?")
    _, entity, *rest = path.split("/")
    if not rest:
        return lists.page(lists.documents(configuration, entity), path, query)
    parent = lists.find(configuration, entity, rest[0])
    assert parent is not None
    return lists.page(lists.children(configuration, entity, parent, rest[1]), path, query)


def _sorted(entities: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """By id, and dated to the second: Kong dates targets to the millisecond."""
    dated = [{**it, **{stamp: int(it[stamp]) for stamp in _STAMPS if stamp in it}} for it in entities]
    return sorted(dated, key=lambda entity: entity["id"])
