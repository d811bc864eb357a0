"""Health documents of many frameworks, and bodies that are none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atalaia.systems.health import read_health

UP = [
    {"status": "UP", "components": {"db": {"status": "UP"}}},
    {"status": "ok"},
    {"status": "pass", "version": "1", "checks": {}},
    {"status": "warn"},
    {"Status": "Healthy"},
    {"healthy": True},
    {"ok": True, "uptime": 3},
    {"success": True},
    {"status": True},
    {"state": "running"},
    {"health": {"status": "UP"}},
    "OK",
    True,
]
DOWN = [
    {"status": "DOWN"},
    {"status": "OUT_OF_SERVICE"},
    {"status": "out of service"},
    {"status": "UNKNOWN"},
    {"status": "fail"},
    {"status": "unhealthy"},
    {"status": "degraded"},
    {"status": "error", "ok": True},
    {"ok": False},
    {"healthy": False},
    {"success": False},
    {"status": False},
    {"health": {"status": "DOWN"}},
    "not ready",
    False,
]
SILENT = [{}, [], 3, None, {"uptime": 12}, {"status": 200}, {"status": None}, {"status": "banana"}]


@pytest.mark.parametrize("document", UP, ids=json.dumps)
def test_a_document_that_says_up(document):
    assert read_health(json.dumps(document).encode()).up is True


@pytest.mark.parametrize("document", DOWN, ids=json.dumps)
def test_a_document_that_says_down(document):
    said = read_health(json.dumps(document).encode())
    assert said.up is False
    assert said.claim


@pytest.mark.parametrize("document", SILENT, ids=json.dumps)
def test_a_document_that_claims_nothing_leaves_it_to_the_status(document):
    said = read_health(json.dumps(document).encode())
    assert (said.up, said.fault) == (None, "")


@pytest.mark.parametrize(
    ("body", "up"),
    [(b"OK", True), (b"OK\n", True), (b"healthy", True), (b"pong?", None), (b"", None), (b"DOWN", False),
     (b"<html><body style=\"background-color: green\"></body></html>", True),
     (b"<html><body style=\"background-color: red\"></body></html>", False)],
)  # fmt: skip
def test_words_and_pages(body, up):
    said = read_health(body)
    assert (said.up, said.fault) == (up, "")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"<!DOCTYPE html><html><title>Shop</title>", "HTML instead of a health document"),
        (b'{"status":"UP"', "broken JSON"),
        (b"[" * 5000, "broken JSON"),
    ],
)
def test_what_cannot_be_a_health_document_is_a_fault(body, fault):
    said = read_health(body)
    assert (said.up, said.fault) == (None, fault)


def test_a_document_tells_who_gave_it():
    said = read_health(b'{"status":"UP","service":"auth-service","version":"2.0.0"}')
    assert (said.service, said.version) == ("auth-service", "2.0.0")


@given(st.binary(max_size=300))
def test_no_body_raises(body):
    read_health(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["status", "health", "ok", "service", "x"]), inner)
        ),
        max_leaves=8,
    )
)
def test_no_json_raises(document):
    read_health(json.dumps(document).encode())
