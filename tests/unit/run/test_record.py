"""The document findings.json: its schema is current, and reading it back tells what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from atalaia.errors import UsageError
from atalaia.run import record as reading
from atalaia.run.record import read_record
from atalaia.run.schema import findings_schema, text
from tests.support.example_runs import RUNS, many_failures

COMMITTED = Path(__file__).parents[3] / "docs" / "findings.schema.json"


def document() -> dict:
    return many_failures().model_dump(mode="json", by_alias=True)


def test_the_committed_schema_is_current():
    assert COMMITTED.read_text() == text(), f"python -m atalaia.run.schema > docs/{COMMITTED.name}"


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(findings_schema())


@pytest.mark.parametrize("key", document())
def test_the_schema_misses_every_key_that_is_not_written(key):
    broken = document()
    del broken[key]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, findings_schema())


@pytest.mark.parametrize(
    "change",
    [{"schema": 2}, {"results": [{"check": "a"}]}, {"planned": "many"}, {"colour": "red"}],
    ids=["version", "result", "type", "unknown"],
)
def test_what_the_schema_refuses_is_refused_when_read_with_a_message(tmp_path, change):
    path = tmp_path / "findings.json"
    path.write_text(json.dumps({**document(), **change}))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(path.read_text()), findings_schema())
    with pytest.raises(UsageError) as caught:
        read_record(path)
    (key,) = change
    assert str(caught.value).startswith(f"{path}: {key}")
    assert "many" not in str(caught.value)


@pytest.mark.parametrize("name", RUNS)
def test_a_run_is_the_same_after_a_trip_through_its_file(tmp_path, name):
    path = tmp_path / "findings.json"
    path.write_text(RUNS[name]().model_dump_json(by_alias=True))
    assert read_record(path) == RUNS[name]()


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\xff".encode("latin-1").decode("latin-1")])
def test_what_is_no_findings_document_is_told_with_the_name_of_the_file(tmp_path, content):
    path = tmp_path / "findings.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(UsageError, match="findings"):
        read_record(path)


def test_a_missing_file_says_what_writes_one(tmp_path):
    with pytest.raises(UsageError, match="atalaia check"):
        read_record(tmp_path / "findings.json")


def test_a_directory_is_a_message(tmp_path):
    with pytest.raises(UsageError, match="directory"):
        read_record(tmp_path)


def test_a_file_without_end_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(reading, "_LARGEST", 2**20)
    with pytest.raises(UsageError, match="larger than 1 MiB"):
        read_record(Path("/dev/zero"))
