"""The JSON Schema that editors read: committed, complete, and of one mind with the loader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from atalaia.environment.schema import json_schema

ROOT = Path(__file__).parents[3]
COMMITTED = ROOT / "docs" / "environment.schema.json"
SHIPPED = sorted((ROOT / "environments").glob("*.yml"))


def test_the_committed_schema_is_current():
    assert json.loads(COMMITTED.read_text()) == json_schema(), (
        "write it again: atalaia env schema > docs/environment.schema.json"
    )


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json_schema())


def sections(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, section in {"environment": schema, **schema["$defs"]}.items():
        if section.get("type") == "object":
            yield name, section


def test_every_property_is_described_and_no_other_is_allowed():
    schema = json_schema()
    for name, section in sections(schema):
        assert section["additionalProperties"] is False, name
        for key, about in section["properties"].items():
            described = (
                about.get("description") or schema["$defs"][about["$ref"].rpartition("/")[2]]["description"]
            )
            assert described.strip(), f"{name}.{key}"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_keep_to_it_variables_and_all(path):
    jsonschema.validate(yaml.safe_load(path.read_text()), json_schema())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_name_it_for_editors(path):
    first = path.read_text().splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("$schema=")[2]).resolve() == COMMITTED


@pytest.mark.parametrize(
    "text",
    [
        "name: shop\nslo: {availability: '${A}', latency_p95: '${B:-1s}', throughput: '${C}'}",
        "name: '${NAME}'\nsafety: '${SAFETY}'\nload: {allowed: '${LOAD}'}",
        "name: shop\nload_balancer: {url: '${URL}', limit: {requests: '${N:-100}', window: 60s}}",
        "name: shop\nload_balancer: {url: 'http://${HOST}:${PORT:-80}'}",
    ],
)
def test_a_variable_may_stand_for_any_scalar(text):
    jsonschema.validate(yaml.safe_load(text), json_schema())


@pytest.mark.parametrize(
    "text",
    [
        "name: shop\nslo: {latency_p95: 5}",
        "name: shop\nslo: {latency_p95: 5 s}",
        "name: shop\nslo: {availability: 0.999}",
        "name: shop\nsafety: stagging",
        "name: shop\nservces: {}",
        "name: Shop",
        "name: shop\nservices: {Auth_Service: {url: 'http://a'}}",
        "name: shop\nload_balancer: {url: 'localhost:80'}",
        "name: shop\nload_balancer: {url: 'http://a', limit: {requests: '100', window: 60s}}",
        "safety: staging",
    ],
)
def test_an_editor_sees_what_the_loader_would_refuse(text):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), json_schema())
