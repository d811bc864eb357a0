"""Declarative files: what a real Kong 3.4.2 takes, refuses and makes of them, the model does as well."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.flatten import flattened
from atalaia.systems.kong.problems import DeclarativeError
from atalaia.systems.kong.routing import Router
from atalaia.systems.kong.upstream_url import upstream_target
from tests.support.kong_recordings import DATA, refusals

REFUSALS_NOT_REPRODUCED: dict[str, str] = {}
"""Note of a declarative file → why the model does not answer the same, word for word. At most five."""


def test_little_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(refusals()) == 94
    assert {entry["note"] for entry in refusals()} >= REFUSALS_NOT_REPRODUCED.keys()
    assert len(REFUSALS_NOT_REPRODUCED) <= 5
    count = 94 - len(REFUSALS_NOT_REPRODUCED)
    with capsys.disabled():
        print(f"\n{count} of 94 answers to declarative files, as a tree and as a list")


def formats() -> list[Any]:
    table = json.loads((DATA / "formats.json").read_text())["results"]
    return [pytest.param(row, id=f"{row['format']} {row['path']}") for row in table]


@pytest.mark.parametrize("row", formats())
def test_a_path_means_what_its_format_says(row: dict[str, Any]) -> None:
    """A path with a character of regular expressions is one in 1.1 and 2.1; 3.0 asks for `~`."""
    newest = row["format"] == "3.0"
    match = Router(
        load(f"""
_format_version: "{row["format"]}"
services:
- name: s
  url: http://127.0.0.1:19080/base
  routes:
  - {{name: rx, paths: ['/rx/\\d+$'], strip_path: false}}
  - {{name: rx2, paths: ['{"~/tl/" + chr(92) + "d+$" if newest else "/tl/(?<n>" + chr(92) + "d+)/x"}'],
     strip_path: {"false" if newest else "true"}}}
  - {{name: plain, paths: [/plain]}}
  - {{name: dot, paths: [/v1.0/a]}}
""")
    ).match("GET", row["path"], "localhost", {})
    assert (upstream_target(match, row["path"]) if match else None) == row["upstream_target"]


@pytest.mark.parametrize("entry", [pytest.param(entry, id=entry["note"]) for entry in refusals()])
def test_a_declarative_file_is_refused_or_taken_as_kong_does(entry: dict[str, Any]) -> None:
    """Word for word, as one tree and as one list (`?flatten_errors=1`)."""
    expected = entry["plain"], _ordered(entry["flattened"])
    try:
        loaded = load(entry["config"])
    except DeclarativeError as refused:
        plain = {"status": refused.status, "body": refused.document}
        listed = {"status": refused.status, "body": flattened(refused)}
    else:
        kinds = {"services", "routes", "plugins", "consumers", "upstreams", "targets"}
        entities = {kind for kind in kinds if getattr(loaded, kind)} | {it.kind for it in loaded.credentials}
        plain = listed = {"status": 201, "body": {"entities": sorted(entities)}}
    if entry["note"] in REFUSALS_NOT_REPRODUCED:
        assert (plain, _ordered(listed)) != expected, "it is reproduced now: take it off the list"
    else:
        assert (plain, _ordered(listed)) == expected


def _ordered(answer: dict[str, Any]) -> dict[str, Any]:
    """With the entities in one order: Kong's is that of a hash."""
    entries = answer["body"].get("flattened_errors")
    if not isinstance(entries, list):
        return answer
    ordered = sorted(entries, key=lambda it: json.dumps(it, sort_keys=True))
    return {**answer, "body": {**answer["body"], "flattened_errors": ordered}}
